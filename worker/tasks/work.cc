#include "worker/tasks/work.h"

#include <iostream>
#include <utility>

#include "worker/tasks/spec.h"

namespace rad {
namespace {

// Puts a kind's own result, if there is one, into its place in the common one.
template <typename Result>
absl::StatusOr<v1::TaskResult> Wrap(absl::StatusOr<Result> result, void (v1::TaskResult::*set)(Result*)) {
  if (!result.ok()) return result.status();
  v1::TaskResult wrapped;
  (wrapped.*set)(new Result(*std::move(result)));
  return wrapped;
}

// Into the job's log; each executor is one attempt, so this is said once in it.
void WarnWhenSlow(Precision precision) {
  if (precision != Precision::kBfloat16 || FastestPrecision() == Precision::kBfloat16) return;
  std::cerr
      << "warning: this job computes in bfloat16, which this worker's processor has no instructions for: "
         "the results are the same, but slow. Run such a job on other workers, or with spec.precision: "
         "float32\n";
}

}  // namespace

absl::StatusOr<v1::TaskResult> DoWork(const v1::Work& work, TaskHost& host,
                                      const std::filesystem::path& output) {
  using Result = v1::TaskResult;
  if (work.has_inspect()) return Inspect(work.inspect(), host);
  const absl::StatusOr<Precision> precision = PrecisionOf(work.precision());
  if (!precision.ok()) return precision.status();
  WarnWhenSlow(*precision);
  switch (work.work_case()) {
    case v1::Work::kScore:
      return Wrap(Score(work.score(), *precision, host), &Result::set_allocated_scores);
    case v1::Work::kClassify:
      return Wrap(Classify(work.classify(), *precision, host), &Result::set_allocated_roles);
    case v1::Work::kAlign:
      return Wrap(Align(work.align(), *precision, host, output), &Result::set_allocated_align);
    case v1::Work::kDistill:
      return Wrap(Distill(work.distill(), *precision, host, output), &Result::set_allocated_distill);
    case v1::Work::kEvaluate:
      return Wrap(Evaluate(work.evaluate(), *precision, host), &Result::set_allocated_evaluation);
    case v1::Work::kExport:
      return Wrap(Export(work.export_(), host, output), &Result::set_allocated_export_);
    case v1::Work::kInspect:
    case v1::Work::WORK_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "the task asks for a kind of work that this worker does not know; upgrade it");
}

}  // namespace rad
