#include "worker/model/hf_folder.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/call_once.h"
#include "kernels/dequant.h"
#include "worker/model/check_config.h"
#include "worker/model/hf_config.h"
#include "worker/model/json.h"
#include "worker/model/sha256.h"
#include "worker/model/str_cat.h"
#include "worker/model/weight_files.h"

namespace rad {
namespace {

using Weights = std::map<std::string, const TensorView*, std::less<>>;

class HuggingFaceFolder final : public ModelFile {
 public:
  HuggingFaceFolder(std::vector<MappedFile> json_files, WeightFiles files, ModelConfig config,
                    Weights weights)
      : json_files_(std::move(json_files)),
        files_(std::move(files)),
        config_(std::move(config)),
        weights_(std::move(weights)) {}

  const ModelConfig& config() const override { return config_; }

  std::vector<std::string> TensorNames() const override {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : weights_) names.push_back(name);
    return names;
  }

  bool Has(std::string_view name) const override { return weights_.contains(name); }

  absl::StatusOr<std::vector<std::int64_t>> Shape(std::string_view name) const override {
    auto tensor = Find(name);
    if (!tensor.ok()) return tensor.status();
    return (*tensor)->shape;
  }

  absl::StatusOr<std::string> TypeName(std::string_view name) const override {
    auto tensor = Find(name);
    if (!tensor.ok()) return tensor.status();
    return std::string(DTypeName((*tensor)->dtype));
  }

  absl::Status ReadFloat32(std::string_view name, std::span<float> out) const override {
    auto tensor = Find(name);
    if (!tensor.ok()) return tensor.status();
    const auto type = *TensorTypeNamed(DTypeName((*tensor)->dtype));  // checked when opening
    const auto count = (*tensor)->data.size() / static_cast<std::size_t>(LayoutOf(type).block_bytes);
    if (count != out.size()) {
      return absl::InvalidArgumentError(
          StrCat("weight '", name, "' has ", count, " values, but room was given for ", out.size()));
    }
    Dequantize(type, (*tensor)->data, out);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Digest() const override {
    absl::call_once(digest_once_, [this] {
      Sha256 sha;
      for (const MappedFile& file : json_files_) sha.Update(file.bytes());
      for (const auto& [name, file] : files_.files) sha.Update(file.bytes());
      digest_ = sha.Finish();
    });
    return digest_;
  }

 private:
  absl::StatusOr<const TensorView*> Find(std::string_view name) const {
    const auto found = weights_.find(name);
    if (found == weights_.end()) return absl::NotFoundError(StrCat("the model has no weight '", name, "'"));
    return found->second;
  }

  std::vector<MappedFile> json_files_;  // config.json, tokenizer.json
  WeightFiles files_;
  ModelConfig config_;
  Weights weights_;
  mutable absl::once_flag digest_once_;
  mutable std::string digest_;
};

// Tensors that files carry although they are no weights: a table of RoPE frequencies that older versions
// saved, and the output layer of a model that ties it to its embedding.
bool IsRedundant(const ModelConfig& config, std::string_view name) {
  return name.ends_with(".rotary_emb.inv_freq") || (config.tied_embeddings && name == "lm_head.weight");
}

absl::StatusOr<Weights> PickWeights(const WeightFiles& files, const ModelConfig& config) {
  Weights weights;
  for (const auto& [name, tensor] : files.tensors) {
    if (IsRedundant(config, name)) continue;
    if (!IsWeightOf(config, name)) {
      return absl::InvalidArgumentError(StrCat("tensor '", name, "' has no place in a ", config.architecture,
                                               " model of ", config.layers,
                                               " layers; this variant is not supported"));
    }
    if (!TensorTypeNamed(DTypeName(tensor->dtype))) {
      return absl::InvalidArgumentError(StrCat("tensor '", name, "' has dtype ", DTypeName(tensor->dtype),
                                               ", which weights may not have; store it as F32, F16 or BF16"));
    }
    weights.emplace(name, tensor);
  }
  return weights;
}

absl::StatusOr<ModelConfig> ReadConfig(const MappedFile& file) {
  auto json = ParseJson({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()},
                        "the configuration");
  if (!json.ok()) return json.status();
  return ConfigOfHuggingFace(*json);
}

absl::StatusOr<Weights> CheckedWeights(const WeightFiles& files, ModelConfig& config) {
  config.qkv_bias = files.tensors.contains("model.layers.0.self_attn.q_proj.bias");
  auto weights = PickWeights(files, config);
  if (!weights.ok()) return weights.status();
  const ShapeOf shape_of = [&](const std::string& name) -> std::optional<std::vector<std::int64_t>> {
    const auto found = weights->find(name);
    if (found == weights->end()) return std::nullopt;
    return found->second->shape;
  };
  if (auto status = CheckWeights(config, shape_of); !status.ok()) return status;
  return weights;
}

absl::Status At(const std::filesystem::path& path, const absl::Status& status) {
  return absl::Status(status.code(), StrCat(path.string(), ": ", std::string(status.message())));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelFile>> OpenHuggingFaceFolder(const std::filesystem::path& folder) {
  const auto config_path = folder / "config.json";
  auto config_file = MappedFile::Open(config_path);
  if (!config_file.ok()) return config_file.status();
  auto config = ReadConfig(*config_file);
  if (!config.ok()) return At(config_path, config.status());
  auto files = OpenWeightFiles(folder);
  if (!files.ok()) return files.status();
  auto weights = CheckedWeights(*files, *config);
  if (!weights.ok()) return At(folder, weights.status());
  std::vector<MappedFile> json_files;
  json_files.push_back(*std::move(config_file));
  auto tokenizer_file = MappedFile::Open(folder / "tokenizer.json");
  if (tokenizer_file.ok()) json_files.push_back(*std::move(tokenizer_file));
  if (!tokenizer_file.ok() && !absl::IsNotFound(tokenizer_file.status())) return tokenizer_file.status();
  // The maps inside `files` keep their nodes when moved, so the weights' pointers stay good.
  return std::make_unique<HuggingFaceFolder>(std::move(json_files), *std::move(files), *std::move(config),
                                             *std::move(weights));
}

}  // namespace rad
