#include "worker/distill/teacher_files.h"

#include <utility>

#include "worker/model/model_file.h"
#include "worker/model/working_dtype.h"

namespace rad {

absl::StatusOr<TeacherFiles> LoadTeacherFiles(const std::filesystem::path& path, Precision precision,
                                              TaskHost& host) {
  host.Report({.phase = "loading teacher"});
  absl::StatusOr<std::unique_ptr<ModelFile>> file = OpenModelFile(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer = OpenTokenizer(path);
  if (!tokenizer.ok()) return tokenizer.status();
  absl::StatusOr<std::string> digest = (*file)->Digest();
  if (!digest.ok()) return digest.status();
  absl::StatusOr<Transformer> model = LoadTransformer(**file, WorkingDtype(precision));
  if (!model.ok()) return model.status();
  return TeacherFiles{*std::move(digest), *std::move(tokenizer), *std::move(model)};
}

}  // namespace rad
