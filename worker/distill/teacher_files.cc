#include "worker/distill/teacher_files.h"

#include <utility>

#include "worker/model/model_file.h"

namespace rad {

std::int64_t TeacherFiles::WeightBytes() const {
  const auto bytes = [](const at::Tensor& t) {
    return t.defined() ? static_cast<std::int64_t>(t.nbytes()) : 0;
  };
  std::int64_t total = bytes(model.embedding) + bytes(model.final_norm);
  if (!model.config.tied_embeddings) total += bytes(model.lm_head);
  for (const LayerWeights& layer : model.layers) {
    const AttentionWeights& a = layer.attention;
    for (const at::Tensor& t : {layer.input_norm, layer.post_norm, a.q, a.k, a.v, a.q_bias, a.k_bias,
                                a.v_bias, a.o, layer.mlp.gate_up, layer.mlp.down}) {
      total += bytes(t);
    }
  }
  return total;
}

absl::StatusOr<TeacherFiles> LoadTeacherFiles(const std::filesystem::path& path, TaskHost& host) {
  host.Report({.phase = "loading teacher"});
  absl::StatusOr<std::unique_ptr<ModelFile>> file = OpenModelFile(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer = OpenTokenizer(path);
  if (!tokenizer.ok()) return tokenizer.status();
  absl::StatusOr<std::string> digest = (*file)->Digest();
  if (!digest.ok()) return digest.status();
  absl::StatusOr<Transformer> model = LoadTransformer(**file, at::kFloat);
  if (!model.ok()) return model.status();
  return TeacherFiles{*std::move(digest), *std::move(tokenizer), *std::move(model)};
}

}  // namespace rad
