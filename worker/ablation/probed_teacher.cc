#include "worker/ablation/probed_teacher.h"

#include <utility>

#include "worker/model/model_file.h"
#include "worker/model/working_dtype.h"

namespace rad {

absl::StatusOr<ProbedTeacher> LoadProbedTeacher(const std::filesystem::path& teacher, Precision precision,
                                                const ProbeSpec& probe, int begin, int end, TaskHost& host) {
  host.Report({.phase = "loading teacher"});
  const auto tokenizer = OpenTokenizer(teacher);
  if (!tokenizer.ok()) return tokenizer.status();
  auto examples = MakeProbe(probe, **tokenizer, begin, end);
  if (!examples.ok()) return examples.status();
  const auto file = OpenModelFile(teacher);
  if (!file.ok()) return file.status();
  auto model = LoadTransformer(**file, WorkingDtype(precision));
  if (!model.ok()) return model.status();
  return ProbedTeacher{*std::move(model), *std::move(examples)};
}

}  // namespace rad
