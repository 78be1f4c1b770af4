#include "worker/model/inspect.h"

#include "worker/model/model_file.h"

namespace rad {

absl::StatusOr<ModelInfo> InspectModel(const std::filesystem::path& path) {
  auto file = OpenModelFile(path);
  if (!file.ok()) return file.status();
  ModelInfo info;
  info.config = (*file)->config();
  for (const std::string& name : (*file)->TensorNames()) {
    auto shape = (*file)->Shape(name);
    if (!shape.ok()) return shape.status();
    std::int64_t count = 1;
    for (const std::int64_t extent : *shape) count *= extent;
    info.parameters += count;
  }
  auto digest = (*file)->Digest();
  if (!digest.ok()) return digest.status();
  info.digest = *std::move(digest);
  return info;
}

}  // namespace rad
