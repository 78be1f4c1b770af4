#include "worker/model/model_file.h"

#include "worker/model/gguf_model.h"

namespace rad {

absl::StatusOr<std::unique_ptr<ModelFile>> OpenModelFile(const std::filesystem::path& path) {
  return OpenGgufModel(path);
}

}  // namespace rad
