#include "coordinator/coverage.h"

#include <limits>
#include <map>

namespace rad {
namespace {

struct Mean {
  double sum = 0;
  int count = 0;
  void Add(double value) {
    sum += value;
    ++count;
  }
  double value() const { return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / count; }
};

bool IsRetrieval(v1::Evaluate::Task task) {
  switch (task) {
    case v1::Evaluate::KV_RETRIEVAL:
    case v1::Evaluate::NEEDLE:
    case v1::Evaluate::RECORD_LOOKUP:
    case v1::Evaluate::DEFINITION_LOOKUP:
      return true;
    default:
      return false;
  }
}

const v1::TaskAccuracy* SameQuestions(const v1::TaskAccuracy& asked, const v1::Evaluation& evaluation) {
  for (const v1::TaskAccuracy& other : evaluation.tasks()) {
    if (other.task() == asked.task() && other.pairs() == asked.pairs()) return &other;
  }
  return nullptr;
}

double Accuracy(const v1::TaskAccuracy& task) { return 1.0 * task.correct() / task.examples(); }

}  // namespace

double Coverage(const v1::Evaluation& student, const v1::Evaluation& teacher) {
  std::map<v1::Evaluate::Task, Mean> ratios;
  for (const v1::TaskAccuracy& reference : teacher.tasks()) {
    const v1::TaskAccuracy* own = SameQuestions(reference, student);
    if (!IsRetrieval(reference.task()) || reference.correct() == 0 || own == nullptr || own->examples() == 0)
      continue;
    ratios[reference.task()].Add(Accuracy(*own) / Accuracy(reference));
  }
  Mean coverage;
  for (const auto& [task, of_task] : ratios) coverage.Add(of_task.value());
  return coverage.value();
}

}  // namespace rad
