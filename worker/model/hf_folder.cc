#include "worker/model/hf_folder.h"

#include <string>
#include <utility>
#include <vector>

#include "kernels/dequant.h"
#include "worker/model/check_config.h"
#include "worker/model/hf_config.h"
#include "worker/model/indexed_model_file.h"
#include "worker/model/json.h"
#include "worker/model/str_cat.h"
#include "worker/model/weight_files.h"

namespace rad {
namespace {

class HuggingFaceFolder final : public IndexedModelFile {
 public:
  HuggingFaceFolder(std::vector<MappedFile> json_files, WeightFiles files, ModelConfig config,
                    WeightIndex weights)
      : IndexedModelFile(std::move(config), std::move(weights)),
        json_files_(std::move(json_files)),
        files_(std::move(files)) {}

 private:
  void Hash(Sha256& sha) const override {
    for (const MappedFile& file : json_files_) sha.Update(file.bytes());
    for (const auto& [name, file] : files_.files) sha.Update(file.bytes());
  }

  std::vector<MappedFile> json_files_;  // config.json, tokenizer.json
  WeightFiles files_;
};

// Tensors that files carry although they are no weights: a table of RoPE frequencies that older versions
// saved, and the output layer of a model that ties it to its embedding.
bool IsRedundant(const ModelConfig& config, std::string_view name) {
  return name.ends_with(".rotary_emb.inv_freq") || (config.tied_embeddings && name == "lm_head.weight");
}

absl::StatusOr<WeightIndex> PickWeights(const WeightFiles& files, const ModelConfig& config) {
  WeightIndex weights;
  for (const auto& [name, tensor] : files.tensors) {
    if (IsRedundant(config, name)) continue;
    if (!IsWeightOf(config, name)) {
      return absl::InvalidArgumentError(StrCat("tensor '", name, "' has no place in a ", config.architecture,
                                               " model of ", config.layers,
                                               " layers; this variant is not supported"));
    }
    const auto type = TensorTypeNamed(DTypeName(tensor->dtype));
    if (!type) {
      return absl::InvalidArgumentError(StrCat("tensor '", name, "' has dtype ", DTypeName(tensor->dtype),
                                               ", which weights may not have; store it as F32, F16 or BF16"));
    }
    weights.emplace(name, StoredWeight{*type, tensor->shape, tensor->data});
  }
  return weights;
}

absl::StatusOr<ModelConfig> ReadConfig(const MappedFile& file) {
  auto json = ParseJson({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()},
                        "the configuration");
  if (!json.ok()) return json.status();
  return ConfigOfHuggingFace(*json);
}

absl::StatusOr<WeightIndex> CheckedWeights(const WeightFiles& files, ModelConfig& config) {
  config.qkv_bias = files.tensors.contains("model.layers.0.self_attn.q_proj.bias");
  auto weights = PickWeights(files, config);
  if (!weights.ok()) return weights.status();
  if (auto status = CheckWeights(config, ShapesIn(*weights)); !status.ok()) return status;
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
  // Mapped files stay where they are when moved, so the weights' data stay good.
  return std::make_unique<HuggingFaceFolder>(std::move(json_files), *std::move(files), *std::move(config),
                                             *std::move(weights));
}

}  // namespace rad
