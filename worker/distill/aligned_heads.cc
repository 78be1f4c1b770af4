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

// What was aligned, as the file tells it; the head dimension shows in the tensors' shapes.
std::map<std::string, std::string> Metadata(const std::string& teacher_digest, const Mamba2Weights& layer) {
  return {{"format", kFormat}, {"teacher", teacher_digest}, {"state_dim", absl::StrCat(layer.state_dim)}};
}

absl::Status CheckMetadata(const std::map<std::string, std::string>& found, const std::string& key,
                           const std::string& wanted) {
  const auto entry = found.find(key);
  const std::string value = entry == found.end() ? "missing" : entry->second;
  if (value == wanted) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("aligned heads: ", key, " is ", value, ", wanted ", wanted, "; align again"));
}

}  // namespace

absl::Status WriteAlignedHeads(const std::filesystem::path& folder, const AlignedHeads& heads) {
  return WriteTensorFile(folder / kFileName, AllTensors(heads.layers),
                         Metadata(heads.teacher_digest, heads.layers.front()));
}

absl::StatusOr<std::vector<Mamba2Weights>> ReadAlignedHeads(const std::filesystem::path& folder,
                                                            const ModelConfig& config,
                                                            const std::string& teacher_digest,
                                                            const SsmSize& size) {
  absl::StatusOr<TensorFile> file = ReadTensorFile(folder / kFileName);
  if (!file.ok()) return file.status();
  std::vector<Mamba2Weights> layers;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) layers.push_back(BlankMixer(config, size));
  for (const auto& [key, wanted] : Metadata(teacher_digest, layers.front())) {
    if (absl::Status checked = CheckMetadata(file->metadata, key, wanted); !checked.ok()) return checked;
  }
  if (absl::Status copied = RestoreTensors(*file, AllTensors(layers)); !copied.ok()) return copied;
  return layers;
}

}  // namespace rad
