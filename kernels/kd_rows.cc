#include "kernels/kd_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/lanes.h"

namespace rad::kernels {
namespace {

constexpr std::int64_t kStretch = 2048;  // numbers whose float sums are added up in double

template <typename T>
RAD_INLINE float Largest(const T* row, std::int64_t vocab, float scale) {
  Lanes most = Splat(-std::numeric_limits<float>::infinity());
  float rest = most[0];
  ForLanes(
      vocab, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
        const Lanes values = LoadUpTo(row + i, count) * scale;
        if (count == kLanes) most = Max(most, values);
        for (std::int64_t lane = 0; count < kLanes && lane < count; ++lane)
          rest = std::max(rest, values[lane]);
      });
  for (std::int64_t lane = 0; lane < kLanes; ++lane) rest = std::max(rest, most[lane]);
  return rest;
}

struct RowSums {
  double student = 0, teacher = 0;  // of e^(logit - largest)
  double cross = 0;                 // of e^(teacher's) times the student's logit - largest
};

template <typename T>
RAD_INLINE RowSums SumRow(const T* student, const T* teacher, std::int64_t vocab, KdScales scales,
                          float top_s, float top_t) {
  RowSums sums;
  for (std::int64_t begin = 0; begin < vocab; begin += kStretch) {
    Lanes student_sum{}, teacher_sum{}, cross{};
    ForLanes(
        std::min(kStretch, vocab - begin), [&](std::int64_t at,
                                               std::int64_t count) __attribute__((always_inline)) {
          const std::int64_t i = begin + at;
          const Lanes s = LoadUpTo(student + i, count) * scales.student - top_s;
          Lanes es = Exp(s), et = Exp(LoadUpTo(teacher + i, count) * scales.teacher - top_t);
          for (std::int64_t lane = count; lane < kLanes; ++lane) es[lane] = et[lane] = 0;
          student_sum += es, teacher_sum += et, cross += et * s;
        });
    sums.student += Sum(student_sum), sums.teacher += Sum(teacher_sum), sums.cross += Sum(cross);
  }
  return sums;
}

template <typename T>
RAD_MULTIVERSION void Rows(std::int64_t rows, std::int64_t vocab, KdScales scales, const float* weight,
                           T* student, const T* teacher, float* loss) {
  for (std::int64_t row = 0; row < rows; ++row, student += vocab, teacher += vocab) {
    const float top_s = Largest(student, vocab, scales.student),
                top_t = Largest(teacher, vocab, scales.teacher);
    const RowSums sums = SumRow(student, teacher, vocab, scales, top_s, top_t);
    loss[row] = static_cast<float>(std::log(sums.student) - sums.cross / sums.teacher);
    const float factor = weight[row] * scales.student;
    const auto share_s = static_cast<float>(1 / sums.student), share_t = static_cast<float>(1 / sums.teacher);
    ForLanes(
        vocab, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
          const Lanes s = Exp(LoadUpTo(student + i, count) * scales.student - top_s);
          const Lanes t = Exp(LoadUpTo(teacher + i, count) * scales.teacher - top_t);
          StoreUpTo(student + i, (s * share_s - t * share_t) * factor, count);
        });
  }
}

}  // namespace

template <typename T>
void KdRows(std::int64_t rows, std::int64_t vocab, KdScales scales, const float* weight, T* student,
            const T* teacher, float* loss) {
  Rows(rows, vocab, scales, weight, student, teacher, loss);
}

template void KdRows(std::int64_t, std::int64_t, KdScales, const float*, float*, const float*, float*);
template void KdRows(std::int64_t, std::int64_t, KdScales, const float*, Bf16*, const Bf16*, float*);

}  // namespace rad::kernels
