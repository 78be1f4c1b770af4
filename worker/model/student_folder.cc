#include "worker/model/student_folder.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "worker/model/atomic_file.h"
#include "worker/model/hugging_face_files.h"
#include "worker/model/hybrid_decode.h"
#include "worker/model/in_file.h"
#include "worker/model/str_cat.h"
#include "worker/model/student_folder_config.h"

namespace rad {
namespace {

constexpr char kPrefix[] = "model.";  // before the names of TrainedTensors

// Takes the tensors of the teacher out of a file; the first that is missing or of another shape sets
// status().
class BaseReader {
 public:
  BaseReader(const TensorFile& file, at::ScalarType dtype) : file_(file), dtype_(dtype) {}

  at::Tensor Take(const std::string& name, at::IntArrayRef shape) { return TakeAs(dtype_, name, shape); }
  at::Tensor TakeNorm(const std::string& name, std::int64_t size) { return TakeAs(at::kFloat, name, {size}); }

  const absl::Status& status() const { return status_; }

 private:
  at::Tensor TakeAs(at::ScalarType dtype, const std::string& name, at::IntArrayRef shape) {
    const auto found = file_.tensors.find(name);
    if (found == file_.tensors.end()) {
      status_.Update(absl::InvalidArgumentError(StrCat("tensor ", name, " is missing")));
    } else if (found->second.sizes() != shape) {
      status_.Update(absl::InvalidArgumentError(
          StrCat("tensor ", name, " has shape [", absl::StrJoin(found->second.sizes(), ", "),
                 "], but config.json asks for [", absl::StrJoin(shape, ", "), "]")));
    } else {
      return found->second.to(dtype);
    }
    return at::empty(shape, dtype);
  }

  const TensorFile& file_;
  const at::ScalarType dtype_;
  absl::Status status_;
};

LayerWeights ReadBaseLayer(const ModelConfig& config, std::int64_t layer, BaseReader& reader) {
  const std::string prefix = StrCat("model.layers.", layer, ".");
  LayerWeights w;
  w.input_norm = reader.TakeNorm(prefix + "input_layernorm.weight", config.hidden);
  w.post_norm = reader.TakeNorm(prefix + "post_attention_layernorm.weight", config.hidden);
  w.mlp.gate_up = at::cat({reader.Take(prefix + "mlp.gate_proj.weight", {config.mlp, config.hidden}),
                           reader.Take(prefix + "mlp.up_proj.weight", {config.mlp, config.hidden})});
  w.mlp.down = reader.Take(prefix + "mlp.down_proj.weight", {config.hidden, config.mlp});
  return w;
}

absl::StatusOr<Transformer> ReadBase(const ModelConfig& config, const TensorFile& file,
                                     at::ScalarType dtype) {
  BaseReader reader(file, dtype);
  Transformer base;
  base.config = config;
  base.embedding = reader.Take("model.embed_tokens.weight", {config.vocab, config.hidden});
  base.final_norm = reader.TakeNorm("model.norm.weight", config.hidden);
  base.lm_head =
      config.tied_embeddings ? base.embedding : reader.Take("lm_head.weight", {config.vocab, config.hidden});
  for (std::int64_t l = 0; l < config.layers && reader.status().ok(); ++l) {
    base.layers.push_back(ReadBaseLayer(config, l, reader));
  }
  if (!reader.status().ok()) return reader.status();
  return base;
}

// The matrices of the mixers to the dtype of the residual stream.
void ConvertMatrices(HybridStudent& student, at::ScalarType dtype) {
  for (HybridLayer& layer : student.layers) {
    AttentionWeights& a = layer.attention;
    for (at::Tensor* t : {&a.q, &a.k, &a.v, &a.q_bias, &a.k_bias, &a.v_bias, &layer.ssm.in_proj, &layer.o,
                          &layer.adapter, &layer.adapter_bias}) {
      if (t->defined()) *t = t->to(dtype);
    }
  }
}

bool IsAttention(const std::string& name) { return name.find(".self_attn.") != std::string::npos; }

// Every weight of the teacher but its attention's.
absl::StatusOr<std::vector<NamedTensor>> BaseTensors(const ModelFile& teacher) {
  std::vector<NamedTensor> tensors;
  for (const std::string& name : teacher.TensorNames()) {
    if (IsAttention(name)) continue;
    const auto shape = teacher.Shape(name);
    if (!shape.ok()) return shape.status();
    at::Tensor tensor = at::empty(*shape);
    const absl::Status status = teacher.ReadRows(
        name, 0, {tensor.mutable_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
    if (!status.ok()) return status;
    tensors.push_back({name, tensor});
  }
  return tensors;
}

// The student's own tensors, after a look at their shapes.
absl::StatusOr<std::vector<NamedTensor>> CheckedTensors(const ModelConfig& config, const StudentFile& file) {
  Transformer shapes_only;
  shapes_only.config = config;
  HybridStudent student = file.own_base() ? BlankStudentWithBase(config, file.identity)
                                          : BlankStudent(shapes_only, file.identity);
  const absl::Status status = FillStudent(file.file, "", student);
  if (!status.ok()) return InFile(kStudentFile, status);
  return TrainedTensors(student);
}

// The trained tensor by the names it has in the folder.
std::vector<NamedTensor> InFolder(const NamedTensor& trained) {
  constexpr std::string_view kGateUp = "gate_up_proj.weight";
  if (trained.name == "lm_head.weight") return {trained};
  if (!trained.name.ends_with(kGateUp)) return {{kPrefix + trained.name, trained.tensor}};
  const std::string mlp = kPrefix + trained.name.substr(0, trained.name.size() - kGateUp.size());
  const std::vector<at::Tensor> halves = trained.tensor.chunk(2);
  return {{mlp + "gate_proj.weight", halves[0]}, {mlp + "up_proj.weight", halves[1]}};
}

// The teacher's base and the student's tensors, of which a trained base takes the teacher's place.
absl::StatusOr<std::vector<NamedTensor>> FolderTensors(const ModelFile& teacher, const StudentFile& student) {
  auto trained = CheckedTensors(teacher.config(), student);
  if (!trained.ok()) return trained.status();
  std::vector<NamedTensor> tensors;
  if (!student.own_base()) {
    auto base = BaseTensors(teacher);
    if (!base.ok()) return base.status();
    tensors = *std::move(base);
  }
  for (const NamedTensor& one : *trained) {
    for (NamedTensor& named : InFolder(one)) tensors.push_back(std::move(named));
  }
  return tensors;
}

nlohmann::ordered_json ConfigJson(const StudentIdentity& identity, const ModelConfig& config,
                                  const Tokenizer& tokenizer) {
  nlohmann::ordered_json json = StudentConfigJson(identity, config);
  if (tokenizer.bos()) json["bos_token_id"] = *tokenizer.bos();
  if (tokenizer.eos()) json["eos_token_id"] = *tokenizer.eos();
  return json;
}

absl::Status WriteText(const std::filesystem::path& path, std::string_view text) {
  auto file = AtomicFile::Create(path);
  if (!file.ok()) return file.status();
  if (const absl::Status status = file->Write(text); !status.ok()) return status;
  return file->Commit();
}

}  // namespace

absl::StatusOr<HybridStudent> LoadStudentFolder(const std::filesystem::path& folder, at::ScalarType dtype) {
  const auto config = ReadStudentFolderConfig(folder);
  if (!config.ok()) return config.status();
  const auto file = ReadTensorFile(folder / kStudentWeightsFile);
  if (!file.ok()) return file.status();
  const auto base = ReadBase(config->model, *file, dtype);
  if (!base.ok()) return InFile(folder / kStudentWeightsFile, base.status());
  HybridStudent student = BlankStudent(*base, config->student);
  if (const absl::Status status = FillStudent(*file, kPrefix, student); !status.ok()) {
    return InFile(folder / kStudentWeightsFile, status);
  }
  ConvertMatrices(student, dtype);
  return student;
}

absl::StatusOr<std::unique_ptr<LanguageModel>> OpenStudentFolder(const std::filesystem::path& folder,
                                                                 at::ScalarType dtype) {
  auto student = LoadStudentFolder(folder, dtype);
  if (!student.ok()) return student.status();
  return MakeHybridModel(*std::move(student));
}

absl::StatusOr<StudentFolderSize> WriteStudentFolder(const std::filesystem::path& folder,
                                                     const ModelFile& teacher, const StudentFile& student,
                                                     const Tokenizer& tokenizer) {
  const auto tensors = FolderTensors(teacher, student);
  if (!tensors.ok()) return tensors.status();
  // The metadata is what transformers asks of the files that it loads.
  absl::Status status = WriteTensorFile(folder / kStudentWeightsFile, *tensors, {{"format", "pt"}});
  const std::string tokenizer_json = tokenizer.ToTokenizerJson(), marks = TokenizerConfigJson(tokenizer),
                    config = ConfigJson(student.identity, teacher.config(), tokenizer).dump(2) + "\n";
  std::vector<TextFile> texts = HuggingFaceCode();
  texts.insert(
      texts.end(),
      {{"tokenizer.json", tokenizer_json}, {"tokenizer_config.json", marks}, {kStudentConfigFile, config}});
  StudentFolderSize size;
  for (const TextFile& file : texts) {
    if (status.ok()) status = WriteText(folder / file.name, file.text);
    size.bytes += static_cast<std::int64_t>(file.text.size());
  }
  if (!status.ok()) return status;
  for (const NamedTensor& t : *tensors) size.parameters += t.tensor.numel();
  size.bytes += static_cast<std::int64_t>(std::filesystem::file_size(folder / kStudentWeightsFile));
  return size;
}

}  // namespace rad
