#include "worker/model/open_language_model.h"

#include <utility>

#include "worker/model/model_file.h"
#include "worker/model/student_folder.h"
#include "worker/model/student_folder_config.h"
#include "worker/model/teacher_model.h"

namespace rad {

absl::StatusOr<std::unique_ptr<LanguageModel>> OpenLanguageModel(const std::filesystem::path& path,
                                                                 at::ScalarType dtype) {
  if (IsStudentFolder(path)) return OpenStudentFolder(path, dtype);
  const auto file = OpenModelFile(path);
  if (!file.ok()) return file.status();
  auto model = LoadTransformer(**file, dtype);
  if (!model.ok()) return model.status();
  return MakeTeacherModel(*std::move(model));
}

}  // namespace rad
