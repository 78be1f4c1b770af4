#include "worker/model/gguf_model.h"

#include <optional>
#include <utility>

#include "worker/model/check_config.h"
#include "worker/model/gguf.h"
#include "worker/model/gguf_config.h"
#include "worker/model/gguf_names.h"
#include "worker/model/indexed_model_file.h"
#include "worker/model/mapped_file.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

// Converters to GGUF reorder the rows of q and k in Llama files, head by head, so that the two numbers that
// RoPE rotates together lie side by side: Hugging Face's row r of a head is file row r % (P/2) * 2 + r /
// (P/2).
std::int64_t PermutedRow(std::int64_t row, std::int64_t head_dim) {
  const std::int64_t in_head = row % head_dim, half = head_dim / 2;
  return row - in_head + in_head % half * 2 + in_head / half;
}

bool IsQueryOrKey(std::string_view name) {
  return name.find(".self_attn.q_proj.") != name.npos || name.find(".self_attn.k_proj.") != name.npos;
}

class GgufModel final : public IndexedModelFile {
 public:
  GgufModel(std::optional<MappedFile> file, std::span<const std::byte> bytes, ModelConfig config,
            WeightIndex weights)
      : IndexedModelFile(std::move(config), std::move(weights)), file_(std::move(file)), bytes_(bytes) {}

 private:
  std::int64_t StoredRow(std::string_view name, std::int64_t row) const override {
    const bool permuted = config().architecture == "llama" && IsQueryOrKey(name);
    return permuted ? PermutedRow(row, config().head_dim) : row;
  }

  void Hash(Sha256& sha) const override { sha.Update(bytes_); }

  std::optional<MappedFile> file_;
  std::span<const std::byte> bytes_;
};

absl::StatusOr<WeightIndex> NameWeights(const Gguf& gguf, const ModelConfig& config) {
  WeightIndex weights;
  for (const auto& [gguf_name, tensor] : gguf.tensors) {
    if (gguf_name == "rope_freqs.weight") continue;  // it went into the configuration
    const auto name = HuggingFaceName(gguf_name);
    if (!name || !IsWeightOf(config, *name)) {
      return absl::InvalidArgumentError(StrCat("tensor '", gguf_name, "' has no place in a ",
                                               config.architecture, " model of ", config.layers,
                                               " layers; this variant is not supported"));
    }
    weights.emplace(*name, StoredWeight{tensor.type, tensor.shape, tensor.data});
  }
  return weights;
}

// Token ids index the embedding's rows, so there must not be more of them.
absl::Status CheckTokens(const Gguf& gguf, const ModelConfig& config) {
  const auto found = gguf.metadata.find("tokenizer.ggml.tokens");
  if (found == gguf.metadata.end()) return absl::OkStatus();
  const auto* tokens = std::get_if<GgufArray>(&found->second);
  if (tokens == nullptr || tokens->count <= static_cast<std::uint64_t>(config.vocab)) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("the tokenizer has ", tokens->count,
                                           " tokens, but the embedding only ", config.vocab,
                                           " rows; the file's parts do not belong together"));
}

absl::StatusOr<std::unique_ptr<ModelFile>> Make(std::optional<MappedFile> file,
                                                std::span<const std::byte> bytes) {
  auto gguf = ParseGguf(bytes);
  if (!gguf.ok()) return gguf.status();
  auto config = ConfigOfGguf(*gguf);
  if (!config.ok()) return config.status();
  auto weights = NameWeights(*gguf, *config);
  if (!weights.ok()) return weights.status();
  if (auto status = CheckWeights(*config, ShapesIn(*weights)); !status.ok()) return status;
  if (auto status = CheckTokens(*gguf, *config); !status.ok()) return status;
  return std::make_unique<GgufModel>(std::move(file), bytes, *std::move(config), *std::move(weights));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelFile>> OpenGgufModel(const std::filesystem::path& path) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  const auto bytes = file->bytes();
  auto model = Make(*std::move(file), bytes);
  if (!model.ok())
    return absl::Status(model.status().code(), StrCat(path.string(), ": ", model.status().message()));
  return model;
}

absl::StatusOr<std::unique_ptr<ModelFile>> OpenGgufBytes(std::span<const std::byte> bytes) {
  return Make(std::nullopt, bytes);
}

}  // namespace rad
