#include "worker/model/indexed_model_file.h"

#include <optional>
#include <utility>

#include "worker/model/str_cat.h"

namespace rad {
namespace {

std::size_t ValueCount(const StoredWeight& weight) {
  std::int64_t count = 1;
  for (const std::int64_t extent : weight.shape) count *= extent;
  return static_cast<std::size_t>(count);
}

}  // namespace

ShapeOf ShapesIn(const WeightIndex& index) {
  return [&index](const std::string& name) -> std::optional<std::vector<std::int64_t>> {
    const auto found = index.find(name);
    if (found == index.end()) return std::nullopt;
    return found->second.shape;
  };
}

IndexedModelFile::IndexedModelFile(ModelConfig config, WeightIndex index)
    : config_(std::move(config)), index_(std::move(index)) {}

std::vector<std::string> IndexedModelFile::TensorNames() const {
  std::vector<std::string> names;
  for (const auto& [name, weight] : index_) names.push_back(name);
  return names;
}

absl::StatusOr<std::vector<std::int64_t>> IndexedModelFile::Shape(std::string_view name) const {
  const auto weight = Find(name);
  if (!weight.ok()) return weight.status();
  return (*weight)->shape;
}

absl::StatusOr<std::string> IndexedModelFile::TypeName(std::string_view name) const {
  const auto weight = Find(name);
  if (!weight.ok()) return weight.status();
  return std::string(LayoutOf((*weight)->type).name);
}

absl::Status IndexedModelFile::ReadFloat32(std::string_view name, std::span<float> out) const {
  const auto weight = Find(name);
  if (!weight.ok()) return weight.status();
  if (const std::size_t count = ValueCount(**weight); count != out.size()) {
    return absl::InvalidArgumentError(
        StrCat("weight '", name, "' has ", count, " values, but room was given for ", out.size()));
  }
  Read(name, **weight, out);
  return absl::OkStatus();
}

absl::StatusOr<std::string> IndexedModelFile::Digest() const {
  absl::call_once(digest_once_, [this] {
    Sha256 sha;
    Hash(sha);
    digest_ = sha.Finish();
  });
  return digest_;
}

void IndexedModelFile::Read(std::string_view, const StoredWeight& weight, std::span<float> out) const {
  Dequantize(weight.type, weight.data, out);
}

absl::StatusOr<const StoredWeight*> IndexedModelFile::Find(std::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return absl::NotFoundError(StrCat("the model has no weight '", name, "'"));
  return &found->second;
}

}  // namespace rad
