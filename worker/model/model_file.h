// model_file.h: a teacher as it lies on disk, read through one interface whatever its format.
// Weights go by their Hugging Face names ("model.layers.0.self_attn.q_proj.weight") and in Hugging Face's
// row order: a GGUF reader maps names and undoes the q/k row permutation of Llama files.
// Nothing is copied on opening: files are memory-mapped. Thread-compatible: const calls from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/model_config.h"

namespace rad {

class ModelFile {
 public:
  virtual ~ModelFile() = default;

  virtual const ModelConfig& config() const = 0;
  // Every weight by its Hugging Face name, sorted.
  virtual std::vector<std::string> TensorNames() const = 0;
  virtual bool Has(std::string_view name) const = 0;
  // Row-major shape, outermost first: a linear layer is [out, in]. NOT_FOUND names the tensor.
  virtual absl::StatusOr<std::vector<std::int64_t>> Shape(std::string_view name) const = 0;
  // The type in the file: "F32", "Q4_1", ...
  virtual absl::StatusOr<std::string> TypeName(std::string_view name) const = 0;
  // Dequantised values of as many whole rows as `out` has room for; a weight of one dimension is one row.
  // NOT_FOUND names the tensor; INVALID_ARGUMENT when these are not rows of it.
  virtual absl::Status ReadRows(std::string_view name, std::int64_t first_row,
                                std::span<float> out) const = 0;
  // What a result computed from this teacher depends on: hex SHA-256 of the .gguf file, or of a folder's
  // config.json, tokenizer.json (if any) and weight files by name, one after the other. Computed once per
  // object.
  virtual absl::StatusOr<std::string> Digest() const = 0;
};

// Opens a .gguf file, or a folder with config.json, *.safetensors and tokenizer.json. Every size, offset and
// shape is checked against the file before this returns, so that later reads cannot run outside it.
// NOT_FOUND: no such file. INVALID_ARGUMENT: what is wrong, and what would be right.
absl::StatusOr<std::unique_ptr<ModelFile>> OpenModelFile(const std::filesystem::path& path);

}  // namespace rad
