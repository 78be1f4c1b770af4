#include "worker/model/gguf_config.h"

#include <limits>
#include <string>

#include "worker/model/check_config.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

// Reads metadata keys; the first that is missing or of the wrong type sets status().
class MetadataReader {
 public:
  MetadataReader(const Gguf& gguf, std::string prefix) : gguf_(gguf), prefix_(std::move(prefix)) {}

  const GgufValue* Find(std::string_view key) const {
    const auto found = gguf_.metadata.find(StrCat(prefix_, key));
    return found == gguf_.metadata.end() ? nullptr : &found->second;
  }

  std::int64_t Integer(std::string_view key) {
    const GgufValue* value = Find(key);
    if (value == nullptr) return Missing(key, "an integer"), 0;
    return AsInteger(key, *value);
  }
  std::int64_t IntegerOr(std::string_view key, std::int64_t otherwise) {
    const GgufValue* value = Find(key);
    return value == nullptr ? otherwise : AsInteger(key, *value);
  }
  double Number(std::string_view key) {
    if (Find(key) == nullptr) return Missing(key, "a number"), 0;
    return NumberOr(key, 0);
  }
  double NumberOr(std::string_view key, double otherwise) {
    const GgufValue* value = Find(key);
    if (value == nullptr) return otherwise;
    if (const auto* number = std::get_if<double>(value)) return *number;
    return Fail(StrCat("metadata '", prefix_, key, "' must be a floating-point number")), otherwise;
  }
  std::string_view TextOr(std::string_view key, std::string_view otherwise) {
    const GgufValue* value = Find(key);
    if (value == nullptr) return otherwise;
    if (const auto* text = std::get_if<std::string_view>(value)) return *text;
    return Fail(StrCat("metadata '", prefix_, key, "' must be a string")), otherwise;
  }

  void Fail(std::string message) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(std::move(message));
  }
  const absl::Status& status() const { return status_; }

 private:
  std::int64_t AsInteger(std::string_view key, const GgufValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    const auto* number = std::get_if<std::uint64_t>(&value);
    if (number != nullptr && *number <= std::numeric_limits<std::int64_t>::max())
      return static_cast<std::int64_t>(*number);
    Fail(StrCat("metadata '", prefix_, key, "' must be one integer that fits in 63 bits"));
    return 0;
  }
  void Missing(std::string_view key, std::string_view kind) {
    Fail(StrCat("metadata '", prefix_, key, "' is missing; ", kind,
                " was expected. Is this a whole language model?"));
  }

  const Gguf& gguf_;
  std::string prefix_;
  absl::Status status_;
};

void ReadSizes(MetadataReader& in, ModelConfig& config) {
  config.layers = in.Integer("block_count");
  config.hidden = in.Integer("embedding_length");
  config.heads = in.Integer("attention.head_count");
  config.kv_heads = in.IntegerOr("attention.head_count_kv", config.heads);
  config.mlp = in.Integer("feed_forward_length");
  config.context = in.Integer("context_length");
  config.rms_eps = in.Number("attention.layer_norm_rms_epsilon");
  config.rope_base = in.NumberOr("rope.freq_base", config.rope_base);
  if (in.Find("attention.key_length") == nullptr && config.heads > 0 && config.hidden % config.heads != 0) {
    in.Fail(StrCat("the hidden size ", config.hidden, " is not a multiple of the number of heads ",
                   config.heads, ", and no attention.key_length says otherwise"));
  }
  config.head_dim = in.IntegerOr("attention.key_length", config.heads > 0 ? config.hidden / config.heads : 0);
}

// Variants of the two architectures that would be computed wrongly: refused by name.
void RefuseVariants(MetadataReader& in, const ModelConfig& config) {
  if (const auto v = in.IntegerOr("attention.value_length", config.head_dim); v != config.head_dim) {
    in.Fail(
        StrCat("attention.value_length is ", v, ", but keys have ", config.head_dim, "; they must be equal"));
  }
  if (const auto rotated = in.IntegerOr("rope.dimension_count", config.head_dim);
      rotated != config.head_dim) {
    in.Fail(StrCat("rope.dimension_count is ", rotated, "; only RoPE over the whole head dimension, ",
                   config.head_dim, ", is supported"));
  }
  if (const auto experts = in.IntegerOr("expert_count", 0); experts > 0) {
    in.Fail(
        StrCat("expert_count is ", experts, "; mixtures of experts are not supported, use a dense model"));
  }
  const std::string_view scaling = in.TextOr("rope.scaling.type", "none");
  const double factor = in.NumberOr("rope.scaling.factor", in.NumberOr("rope.scale_linear", 1));
  if ((scaling != "none" && scaling != "linear") || (factor != 1 && factor != 0)) {
    in.Fail(StrCat("rope.scaling.type '", scaling, "' with factor ", factor,
                   " is not supported; use a model without it, or with rope_freqs.weight (Llama 3)"));
  }
}

absl::Status ReadRopeFactors(const Gguf& gguf, ModelConfig& config) {
  const auto found = gguf.tensors.find("rope_freqs.weight");
  if (found == gguf.tensors.end()) return absl::OkStatus();
  const GgufTensor& tensor = found->second;
  if (tensor.type != TensorType::kF32 || tensor.shape.size() != 1) {
    return absl::InvalidArgumentError("rope_freqs.weight must be one row of F32");
  }
  config.rope_factors.resize(static_cast<std::size_t>(tensor.shape[0]));
  Dequantize(tensor.type, tensor.data, config.rope_factors);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ModelConfig> ConfigOfGguf(const Gguf& gguf) {
  MetadataReader general(gguf, "general.");
  ModelConfig config;
  config.architecture = general.TextOr("architecture", "");
  if (!general.status().ok()) return general.status();
  if (config.architecture != "llama" && config.architecture != "qwen2") {
    return absl::InvalidArgumentError(
        StrCat("general.architecture '", config.architecture,
               "' is not supported; use a model of architecture llama or qwen2"));
  }
  MetadataReader in(gguf, config.architecture + ".");
  ReadSizes(in, config);
  RefuseVariants(in, config);
  if (!in.status().ok()) return in.status();
  const auto embedding = gguf.tensors.find("token_embd.weight");
  if (embedding == gguf.tensors.end())
    return absl::InvalidArgumentError("tensor 'token_embd.weight' is missing");
  config.vocab = embedding->second.shape[0];
  config.tied_embeddings = !gguf.tensors.contains("output.weight");
  config.qkv_bias = gguf.tensors.contains("blk.0.attn_q.bias");
  if (auto status = ReadRopeFactors(gguf, config); !status.ok()) return status;
  if (auto status = CheckConfig(config); !status.ok()) return status;
  return config;
}

}  // namespace rad
