// indexed_model_file.h: what an open model is in every format: weights by their Hugging Face names, each
// somewhere in mapped memory. A format adds how it names them, what it reorders, and which bytes its digest
// is of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/call_once.h"
#include "kernels/dequant.h"
#include "worker/model/check_config.h"
#include "worker/model/model_file.h"
#include "worker/model/sha256.h"

namespace rad {

struct StoredWeight {
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;  // outermost first
  std::span<const std::byte> data;  // whole blocks of `type`, as many as the shape calls for
};
using WeightIndex = std::map<std::string, StoredWeight, std::less<>>;

// For CheckWeights; reads `index` when asked.
ShapeOf ShapesIn(const WeightIndex& index);

class IndexedModelFile : public ModelFile {
 public:
  const ModelConfig& config() const final { return config_; }
  std::vector<std::string> TensorNames() const final;
  bool Has(std::string_view name) const final { return index_.contains(name); }
  absl::StatusOr<std::vector<std::int64_t>> Shape(std::string_view name) const final;
  absl::StatusOr<std::string> TypeName(std::string_view name) const final;
  absl::Status ReadRows(std::string_view name, std::int64_t first_row, std::span<float> out) const final;
  absl::StatusOr<std::string> Digest() const final;

 protected:
  // `config` and `index` have passed CheckWeights. What the index points into is the subclass's to keep.
  IndexedModelFile(ModelConfig config, WeightIndex index);

 private:
  // Where in the file the row is that `name` has at `row`.
  virtual std::int64_t StoredRow(std::string_view name, std::int64_t row) const;
  // Feeds `sha` what Digest is of.
  virtual void Hash(Sha256& sha) const = 0;

  absl::StatusOr<const StoredWeight*> Find(std::string_view name) const;

  ModelConfig config_;
  WeightIndex index_;
  mutable absl::once_flag digest_once_;
  mutable std::string digest_;
};

}  // namespace rad
