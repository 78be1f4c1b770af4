#include "worker/distill/aligned_heads.h"

#include "absl/strings/str_cat.h"
#include "worker/distill/mixer_tensors.h"
#include "worker/distill/restore_tensors.h"

namespace rad {
namespace {

constexpr char kFileName[] = "aligned.safetensors";
constexpr char kFormat[] = "rad aligned heads 1";

std::vector<NamedTensor> AllTensors(const std::vector<Mamba2Weights>& layers) {
  std::vector<NamedTensor> tensors;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    for (NamedTensor& named : MixerTensors(static_cast<int>(layer), layers[layer]))
      tensors.push_back(std::move(named));
  }
  return tensors;
}

absl::Status CheckMetadata(const std::map<std::string, std::string>& found, const std::string& key,
                           const std::string& wanted, const std::string& remedy) {
  const auto entry = found.find(key);
  const std::string value = entry == found.end() ? "missing" : entry->second;
  if (value == wanted) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("aligned heads: ", key, " is ", value, ", wanted ", wanted, "; ", remedy));
}

}  // namespace

absl::Status WriteAlignedHeads(const std::filesystem::path& folder, const AlignedHeads& heads) {
  return WriteTensorFile(folder / kFileName, AllTensors(heads.layers),
                         {{"format", kFormat},
                          {"teacher", heads.teacher_digest},
                          {"state_dim", absl::StrCat(heads.layers.front().state_dim)}});
}

absl::StatusOr<std::vector<Mamba2Weights>> ReadAlignedHeads(const std::filesystem::path& folder,
                                                            const ModelConfig& config,
                                                            const std::string& teacher_digest,
                                                            int state_dim) {
  absl::StatusOr<TensorFile> file = ReadTensorFile(folder / kFileName);
  if (!file.ok()) return file.status();
  const std::map<std::string, std::string>& metadata = file->metadata;
  const std::string remedy = "align again";
  for (const auto& [key, wanted] : std::map<std::string, std::string>{
           {"format", kFormat}, {"teacher", teacher_digest}, {"state_dim", absl::StrCat(state_dim)}}) {
    if (absl::Status checked = CheckMetadata(metadata, key, wanted, remedy); !checked.ok()) return checked;
  }
  std::vector<Mamba2Weights> layers;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    layers.push_back(MakeMamba2Weights(config.hidden, config.heads, config.head_dim, state_dim));
  }
  if (absl::Status copied = RestoreTensors(*file, AllTensors(layers)); !copied.ok()) return copied;
  return layers;
}

}  // namespace rad
