#include "kernels/causal_attention.h"

#include <algorithm>

#include "kernels/lanes.h"
#include "kernels/row_products.h"

namespace rad::kernels {
namespace {

// Float32 copies with zeros up to whole lanes: keys transposed [P, t], values [t, P], 4 query rows [4, P] and
// their scores [4, t].
struct Scratch {
  float *keys, *values, *query, *scores;
  std::int64_t t, p;  // padded

  Scratch(const AttentionShape& shape, float* memory) : t(Padded(shape.tokens)), p(Padded(shape.head_dim)) {
    keys = memory;
    values = keys + p * t;
    query = values + t * p;
    scores = query + kRows * p;
  }
};

// The keys that a block of query rows looks at, and the columns of their scores: the shared keys, rounded up
// to whole lanes, and right behind them [begin, end), the block's own. A row sees the shared keys and those
// from `first` on, up to its own.
struct Keys {
  std::int64_t shared, shared_end, begin, end;

  Keys(const AttentionShape& shape, std::int64_t first, std::int64_t last)
      : shared(shape.shared_keys),
        shared_end(Padded(std::min(shared, last + 1))),
        begin(std::max(first / kLanes * kLanes, shared_end)),
        end(std::max(begin, Padded(last + 1))) {}

  std::int64_t Columns() const { return shared_end + end - begin; }
};

// `to` has room for whole lanes.
template <typename T>
RAD_INLINE void CopyRow(const T* from, std::int64_t count, float scale, float* to) {
  for (std::int64_t i = 0; i < count; i += kLanes)
    Store(to + i, LoadUpTo(from + i, std::min(kLanes, count - i)) * scale);
}

template <typename T>
RAD_INLINE void CopyKeysAndValues(const AttentionShape& shape, HeadRows<const T> k, HeadRows<const T> v,
                                  const Scratch& s) {
  float row[kLanes];
  for (std::int64_t j = 0; j < s.t; ++j) {
    const bool padding = j >= shape.tokens;
    for (std::int64_t p = 0; p < s.p; p += kLanes) {
      const std::int64_t count = padding ? 0 : std::min(kLanes, shape.head_dim - p);
      CopyRow(k.data + j * k.token_stride + p, count, 1, row);
      for (std::int64_t i = 0; i < kLanes; ++i) s.keys[(p + i) * s.t + j] = i < count ? row[i] : 0;
      Store(s.values + j * s.p + p, Lanes{});
      CopyRow(v.data + j * v.token_stride + p, count, 1, s.values + j * s.p + p);
    }
  }
}

constexpr float kHidden = -1e30F;

// Hides the keys that the row of token i does not see, which are those before `first` but the shared ones,
// and those behind i.
RAD_INLINE void Hide(float* row, const Keys& keys, std::int64_t first, std::int64_t i) {
  for (std::int64_t j = std::min(keys.shared, i + 1); j < keys.shared_end; ++j) {
    if (j < first || j > i) row[j] = kHidden;
  }
  float* own = row + keys.shared_end - keys.begin;
  for (std::int64_t j = keys.begin; j < first; ++j) own[j] = kHidden;
  for (std::int64_t j = std::max(keys.begin, i + 1); j < keys.end; ++j) own[j] = kHidden;
}

// Turns scores into weights over `end` columns, whole lanes; hidden ones become zero.
RAD_INLINE void Softmax(float* row, std::int64_t end) {
  Lanes most = Splat(kHidden);
  for (std::int64_t j = 0; j < end; j += kLanes) most = Max(most, Load(row + j));
  float top = most[0];
  for (std::int64_t i = 1; i < kLanes; ++i) top = std::max(top, most[i]);
  Lanes sums{};
  for (std::int64_t j = 0; j < end; j += kLanes) {
    const Lanes score = Load(row + j);
    const Lanes weight = score <= kHidden ? Lanes{} : Exp(score - top);
    sums += weight;
    Store(row + j, weight);
  }
  const float inverse = 1 / Sum(sums);
  for (std::int64_t j = 0; j < end; j += kLanes) Store(row + j, Load(row + j) * inverse);
}

// out[r] = sum over the keys j up to `last` of their weights * values[j], 4 lanes of P at a time.
template <typename T>
RAD_INLINE void Mix(const AttentionShape& shape, const Scratch& s, const Keys& keys, std::int64_t rows,
                    std::int64_t first, std::int64_t last, T* out, std::int64_t out_stride) {
  struct Run {
    std::int64_t begin, end, column;
  };
  const Run runs[] = {{0, std::min(keys.shared_end, last + 1), 0},
                      {std::max(first, keys.begin), last + 1, keys.shared_end - keys.begin}};
  for (std::int64_t p = 0; p < s.p; p += 4 * kLanes) {
    const std::int64_t columns = std::min<std::int64_t>(4, (s.p - p) / kLanes);
    Lanes sums[kRows][4] = {};
    for (const Run& run : runs) {
      for (std::int64_t j = run.begin; j < run.end; ++j) {
        Lanes value[4];
        for (std::int64_t c = 0; c < 4; ++c)
          value[c] = c < columns ? Load(s.values + j * s.p + p + c * kLanes) : Lanes{};
        for (std::int64_t r = 0; r < rows; ++r) {
          const Lanes weight = Splat(s.scores[r * s.t + j + run.column]);
          for (std::int64_t c = 0; c < 4; ++c) sums[r][c] += weight * value[c];
        }
      }
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        const std::int64_t at = p + c * kLanes;
        StoreUpTo(out + r * out_stride + at, sums[r][c], std::min(kLanes, shape.head_dim - at));
      }
    }
  }
}

template <typename T>
RAD_MULTIVERSION void Attend(const AttentionShape& shape, HeadRows<const T> q, HeadRows<const T> k,
                             HeadRows<const T> v, float scale, HeadRows<T> out, float* memory) {
  const Scratch s(shape, memory);
  CopyKeysAndValues(shape, k, v, s);
  std::fill(s.query, s.query + kRows * s.p, 0.0F);
  for (std::int64_t i = 0; i < shape.tokens; i += kRows) {
    const std::int64_t rows = std::min(kRows, shape.tokens - i), last = i + rows - 1;
    const auto first_of = [&](std::int64_t token) {
      return shape.first_visible == nullptr ? 0 : static_cast<std::int64_t>(shape.first_visible[token]);
    };
    const std::int64_t first = first_of(i);
    const Keys keys(shape, first, last);
    for (std::int64_t head = 0; head < shape.heads; ++head) {
      for (std::int64_t r = 0; r < rows; ++r) {
        CopyRow(q.data + (i + r) * q.token_stride + head * q.head_stride, shape.head_dim, scale,
                s.query + r * s.p);
      }
      Products(s.query, s.p, s.p, s.keys, s.t, keys.shared_end, s.scores);
      Products(s.query, s.p, s.p, s.keys + keys.begin, s.t, keys.end - keys.begin,
               s.scores + keys.shared_end);
      for (std::int64_t r = 0; r < rows; ++r) {
        Hide(s.scores + r * s.t, keys, first_of(i + r), i + r);
        Softmax(s.scores + r * s.t, keys.Columns());
      }
      Mix(shape, s, keys, rows, first, last, out.data + i * out.token_stride + head * out.head_stride,
          out.token_stride);
    }
  }
}

}  // namespace

std::int64_t CausalAttentionScratch(const AttentionShape& shape) {
  const std::int64_t t = Padded(shape.tokens), p = Padded(shape.head_dim);
  return 2 * p * t + kRows * (p + t);
}

template <typename T>
void CausalAttention(const AttentionShape& shape, HeadRows<const T> q, HeadRows<const T> k,
                     HeadRows<const T> v, float scale, HeadRows<T> out, float* scratch) {
  Attend(shape, q, k, v, scale, out, scratch);
}

template void CausalAttention(const AttentionShape&, HeadRows<const float>, HeadRows<const float>,
                              HeadRows<const float>, float, HeadRows<float>, float*);
template void CausalAttention(const AttentionShape&, HeadRows<const Bf16>, HeadRows<const Bf16>,
                              HeadRows<const Bf16>, float, HeadRows<Bf16>, float*);

}  // namespace rad::kernels
