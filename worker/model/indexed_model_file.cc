#include "worker/model/indexed_model_file.h"

#include <optional>
#include <utility>

#include "worker/model/str_cat.h"

namespace rad {
namespace {

struct Rows {
  std::int64_t count = 1;
  std::size_t values = 1;  // of each
};

Rows RowsOf(const StoredWeight& weight) {
  Rows rows;
  if (weight.shape.size() > 1) rows.count = weight.shape[0];
  for (const std::int64_t extent : weight.shape) rows.values *= static_cast<std::size_t>(extent);
  rows.values /= static_cast<std::size_t>(rows.count);
  return rows;
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

absl::Status IndexedModelFile::ReadRows(std::string_view name, std::int64_t first_row,
                                        std::span<float> out) const {
  const auto found = Find(name);
  if (!found.ok()) return found.status();
  const StoredWeight& weight = **found;
  const Rows rows = RowsOf(weight);
  const auto wanted = static_cast<std::int64_t>(out.size() / rows.values);
  if (out.size() % rows.values != 0 || first_row < 0 || wanted > rows.count - first_row) {
    return absl::InvalidArgumentError(StrCat("weight '", name, "' has ", rows.count, " rows of ", rows.values,
                                             " values, but room for ", out.size(), " from row ", first_row,
                                             " on was given"));
  }
  const std::size_t row_bytes = weight.data.size() / static_cast<std::size_t>(rows.count);
  for (std::int64_t i = 0; i < wanted; ++i) {
    const auto stored = static_cast<std::size_t>(StoredRow(name, first_row + i));
    Dequantize(weight.type, weight.data.subspan(stored * row_bytes, row_bytes),
               out.subspan(static_cast<std::size_t>(i) * rows.values, rows.values));
  }
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

std::int64_t IndexedModelFile::StoredRow(std::string_view, std::int64_t row) const { return row; }

absl::StatusOr<const StoredWeight*> IndexedModelFile::Find(std::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return absl::NotFoundError(StrCat("the model has no weight '", name, "'"));
  return &found->second;
}

}  // namespace rad
