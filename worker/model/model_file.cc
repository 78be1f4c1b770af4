#include "worker/model/model_file.h"

#include <system_error>

#include "worker/model/gguf_model.h"
#include "worker/model/hf_folder.h"

namespace rad {

absl::StatusOr<std::unique_ptr<ModelFile>> OpenModelFile(const std::filesystem::path& path) {
  std::error_code ignored;  // what is neither is left to the GGUF reader to complain about
  return std::filesystem::is_directory(path, ignored) ? OpenHuggingFaceFolder(path) : OpenGgufModel(path);
}

}  // namespace rad
