#include "worker/tasks/work.h"

#include <utility>

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

}  // namespace

absl::StatusOr<v1::TaskResult> DoWork(const v1::Work& work, TaskHost& host,
                                      const std::filesystem::path& output) {
  using Result = v1::TaskResult;
  switch (work.work_case()) {
    case v1::Work::kInspect:
      return Inspect(work.inspect(), host);
    case v1::Work::kScore:
      return Wrap(Score(work.score(), host), &Result::set_allocated_scores);
    case v1::Work::kAlign:
      return Wrap(Align(work.align(), host, output), &Result::set_allocated_align);
    case v1::Work::kDistill:
      return Wrap(Distill(work.distill(), host, output), &Result::set_allocated_distill);
    case v1::Work::kEvaluate:
      return Wrap(Evaluate(work.evaluate(), host), &Result::set_allocated_evaluation);
    case v1::Work::kExport:
      return Wrap(Export(work.export_(), host, output), &Result::set_allocated_export_);
    case v1::Work::WORK_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "the task asks for a kind of work that this worker does not know; upgrade it");
}

}  // namespace rad
