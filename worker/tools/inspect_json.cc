#include "worker/tools/inspect_json.h"

#include <string>

#include "worker/model/inspect.h"
#include "worker/model/model_file.h"
#include "worker/model/safetensors.h"
#include "worker/model/student_folder_config.h"

namespace rad {
namespace {

using Json = nlohmann::ordered_json;

Json ScalingJson(const ModelConfig& config) {
  if (!config.rope_scaling) return nullptr;
  const RopeScaling& scaling = *config.rope_scaling;
  return {{"factor", scaling.factor},
          {"low_freq_factor", scaling.low_freq_factor},
          {"high_freq_factor", scaling.high_freq_factor},
          {"original_context", scaling.original_context}};
}

Json ConfigJson(const ModelConfig& c) {
  return {{"architecture", c.architecture},
          {"layers", c.layers},
          {"hidden", c.hidden},
          {"heads", c.heads},
          {"kv_heads", c.kv_heads},
          {"head_dim", c.head_dim},
          {"mlp", c.mlp},
          {"vocab", c.vocab},
          {"context", c.context},
          {"rms_eps", c.rms_eps},
          {"rope_base", c.rope_base},
          {"rope_scaling", ScalingJson(c)},
          {"rope_factors", c.rope_factors},
          {"qkv_bias", c.qkv_bias},
          {"tied_embeddings", c.tied_embeddings}};
}

absl::StatusOr<Json> TensorsJson(const ModelFile& file) {
  Json tensors = Json::array();
  for (const std::string& name : file.TensorNames()) {
    auto type = file.TypeName(name);
    if (!type.ok()) return type.status();
    auto shape = file.Shape(name);
    if (!shape.ok()) return shape.status();
    tensors.push_back({{"name", name}, {"type", *type}, {"shape", *shape}});
  }
  return tensors;
}

Json StudentJson(const StudentIdentity& student, const ModelConfig& teacher) {
  Json kept = Json::array();
  for (const HeadId head : student.kept) kept.push_back({head.layer, head.head});
  return {{"kept_heads", kept},
          {"state_dim", student.ssm.state_dim},
          {"ssm_head_dim", student.ssm.HeadDim(teacher)},
          {"join", JoinName(student.join)},
          {"teacher_digest", student.teacher_digest}};
}

absl::StatusOr<Json> InspectStudent(const std::filesystem::path& folder) {
  const auto config = ReadStudentFolderConfig(folder);
  if (!config.ok()) return config.status();
  const auto file = SafetensorsFile::Open(folder / kStudentWeightsFile);
  if (!file.ok()) return file.status();
  std::int64_t parameters = 0;
  Json tensors = Json::array();
  for (const auto& [name, tensor] : file->contents().tensors) {
    parameters += static_cast<std::int64_t>(tensor.data.size()) / DTypeBytes(tensor.dtype);
    tensors.push_back({{"name", name}, {"type", DTypeName(tensor.dtype)}, {"shape", tensor.shape}});
  }
  Json json = StudentJson(config->student, config->model);
  json.update(ConfigJson(config->model));
  json["parameters"] = parameters;
  json["tensors"] = std::move(tensors);
  return json;
}

}  // namespace

absl::StatusOr<Json> InspectJson(const std::filesystem::path& model) {
  if (IsStudentFolder(model)) return InspectStudent(model);
  auto info = InspectModel(model);
  if (!info.ok()) return info.status();
  auto file = OpenModelFile(model);
  if (!file.ok()) return file.status();
  auto tensors = TensorsJson(**file);
  if (!tensors.ok()) return tensors.status();
  Json json = ConfigJson(info->config);
  json["parameters"] = info->parameters;
  json["digest"] = info->digest;
  json["tensors"] = *std::move(tensors);
  return json;
}

}  // namespace rad
