#include "worker/model/student_config.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "worker/model/hf_config.h"
#include "worker/model/json.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr char kFormat[] = "rad.student.1";
constexpr char kModelType[] = "rad_hybrid";

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

std::string HeadName(HeadId id) { return StrCat(id.layer, ".", id.head); }

absl::StatusOr<HeadId> ParseHead(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  HeadId id;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &id.layer) || !absl::SimpleAtoi(parts[1], &id.head)) {
    return Invalid(StrCat("kept holds '", text, "'; a head is written <layer>.<head>"));
  }
  return id;
}

absl::StatusOr<std::string> Field(const std::map<std::string, std::string>& metadata, const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end())
    return Invalid(StrCat("metadata lacks ", key, ": the file is not a student's"));
  return found->second;
}

absl::StatusOr<Join> ParseJoin(const std::string& name) {
  if (const std::optional<Join> join = JoinNamed(name)) return *join;
  return Invalid(StrCat("join is '", name, "'; this program knows replace, adapter and sum"));
}

OrderedJson TeacherJson(const ModelConfig& c) {
  OrderedJson json{{"model_type", c.architecture},
                   {"num_hidden_layers", c.layers},
                   {"hidden_size", c.hidden},
                   {"num_attention_heads", c.heads},
                   {"num_key_value_heads", c.kv_heads},
                   {"head_dim", c.head_dim},
                   {"intermediate_size", c.mlp},
                   {"vocab_size", c.vocab},
                   {"max_position_embeddings", c.context},
                   {"rms_norm_eps", c.rms_eps},
                   {"rope_theta", c.rope_base},
                   {"hidden_act", "silu"},
                   {"tie_word_embeddings", c.tied_embeddings}};
  if (c.rope_scaling) {
    const RopeScaling& s = *c.rope_scaling;
    json["rope_scaling"] = {{"rope_type", "llama3"},
                            {"factor", s.factor},
                            {"low_freq_factor", s.low_freq_factor},
                            {"high_freq_factor", s.high_freq_factor},
                            {"original_max_position_embeddings", s.original_context}};
  }
  return json;
}

absl::StatusOr<SsmSize> ParseSsmSize(const Json& json) {
  const Json* state_dim = FindMember(json, "state_dim");
  if (state_dim == nullptr || !state_dim->is_number_integer())
    return Invalid("state_dim is missing or no integer");
  SsmSize size{state_dim->get<std::int64_t>()};
  const Json* head_dim = FindMember(json, "ssm_head_dim");
  if (head_dim == nullptr) return size;
  if (!head_dim->is_number_integer()) return Invalid("ssm_head_dim is no integer");
  size.head_dim = head_dim->get<std::int64_t>();
  return size;
}

absl::StatusOr<std::vector<HeadId>> ParseKeptHeads(const Json& json) {
  const Json* list = FindMember(json, "kept_heads");
  if (list == nullptr || !list->is_array()) return Invalid("kept_heads must be an array of [layer, head]");
  std::vector<HeadId> kept;
  for (const Json& pair : *list) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() ||
        !pair[1].is_number_integer()) {
      return Invalid(StrCat("kept_heads holds ", pair.dump(), "; a head is written [layer, head]"));
    }
    kept.push_back({pair[0].get<int>(), pair[1].get<int>()});
  }
  return kept;
}

absl::StatusOr<ModelConfig> ParseModel(const Json& json) {
  const Json* teacher = FindMember(json, "teacher");
  if (teacher == nullptr)
    return Invalid("teacher is missing: the configuration of the model the student came from");
  auto model = ConfigOfHuggingFace(*teacher);
  if (!model.ok()) return Invalid(StrCat("teacher: ", std::string(model.status().message())));
  model->qkv_bias = IsTrue(json, "qkv_bias");
  const Json* factors = FindMember(json, "rope_factors");
  if (factors == nullptr) return model;
  for (const Json& factor : *factors) {
    if (!factor.is_number())
      return Invalid(StrCat("rope_factors holds ", factor.dump(), ", which is no number"));
    model->rope_factors.push_back(factor.get<float>());
  }
  if (static_cast<std::int64_t>(model->rope_factors.size()) * 2 != model->head_dim) {
    return Invalid(
        StrCat("rope_factors has ", model->rope_factors.size(), " numbers; head_dim / 2 are needed"));
  }
  return model;
}

}  // namespace

absl::Status CheckIdentity(const StudentIdentity& student, const ModelConfig& model) {
  if (student.ssm.state_dim < 1)
    return Invalid(StrCat("state_dim is ", student.ssm.state_dim, "; it must be at least 1"));
  if (student.ssm.head_dim < 0) {
    return Invalid(StrCat("head_dim of SSM heads is ", student.ssm.head_dim,
                          "; it must be at least 1, or 0 for the teacher's"));
  }
  for (std::size_t i = 0; i < student.kept.size(); ++i) {
    const HeadId id = student.kept[i];
    if (id.layer < 0 || id.layer >= model.layers || id.head < 0 || id.head >= model.heads) {
      return Invalid(StrCat("kept head ", HeadName(id), " is outside of ", model.layers, " layers with ",
                            model.heads, " heads each"));
    }
    if (i > 0 && !(student.kept[i - 1] < id)) {
      return Invalid(StrCat("kept head ", HeadName(id), " is listed twice or out of order"));
    }
  }
  return absl::OkStatus();
}

std::map<std::string, std::string> IdentityMetadata(const StudentIdentity& student) {
  const auto append_head = [](std::string* out, HeadId id) { out->append(HeadName(id)); };
  std::map<std::string, std::string> metadata{{"format", kFormat},
                                              {"state_dim", StrCat(student.ssm.state_dim)},
                                              {"kept", absl::StrJoin(student.kept, " ", append_head)},
                                              {"teacher_digest", student.teacher_digest},
                                              {"join", std::string(JoinName(student.join))}};
  if (student.ssm.head_dim > 0) metadata["head_dim"] = StrCat(student.ssm.head_dim);
  return metadata;
}

absl::StatusOr<StudentIdentity> ParseIdentityMetadata(const std::map<std::string, std::string>& metadata) {
  StudentIdentity student;
  const auto format = Field(metadata, "format"), state_dim = Field(metadata, "state_dim"),
             kept = Field(metadata, "kept"), digest = Field(metadata, "teacher_digest");
  for (const auto* field : {&format, &state_dim, &kept, &digest}) {
    if (!field->ok()) return field->status();
  }
  if (*format != kFormat) return Invalid(StrCat("format is '", *format, "'; this program reads ", kFormat));
  if (!absl::SimpleAtoi(*state_dim, &student.ssm.state_dim)) {
    return Invalid(StrCat("state_dim is '", *state_dim, "', which is no integer"));
  }
  const auto head_dim = metadata.find("head_dim");
  if (head_dim != metadata.end() && !absl::SimpleAtoi(head_dim->second, &student.ssm.head_dim)) {
    return Invalid(StrCat("head_dim is '", head_dim->second, "', which is no integer"));
  }
  for (const std::string& name : std::vector<std::string>(absl::StrSplit(*kept, ' ', absl::SkipEmpty()))) {
    const auto id = ParseHead(name);
    if (!id.ok()) return id.status();
    student.kept.push_back(*id);
  }
  student.teacher_digest = *digest;
  if (const auto join_name = metadata.find("join"); join_name != metadata.end()) {
    const auto join = ParseJoin(join_name->second);
    if (!join.ok()) return join.status();
    student.join = *join;
  }
  return student;
}

OrderedJson StudentConfigJson(const StudentIdentity& student, const ModelConfig& model) {
  OrderedJson kept = OrderedJson::array();
  for (const HeadId id : student.kept) kept.push_back({id.layer, id.head});
  OrderedJson json{{"model_type", kModelType},
                   {"architectures", {"RadHybridForCausalLM"}},
                   {"auto_map",
                    {{"AutoConfig", "configuration_rad_hybrid.RadHybridConfig"},
                     {"AutoModelForCausalLM", "modeling_rad_hybrid.RadHybridForCausalLM"}}},
                   {"dtype", "float32"},
                   {"state_dim", student.ssm.state_dim},
                   {"join", JoinName(student.join)},
                   {"kept_heads", kept},
                   {"teacher_digest", student.teacher_digest},
                   {"qkv_bias", model.qkv_bias}};
  if (student.ssm.head_dim > 0) json["ssm_head_dim"] = student.ssm.head_dim;
  if (!model.rope_factors.empty()) json["rope_factors"] = model.rope_factors;
  json["teacher"] = TeacherJson(model);
  return json;
}

absl::StatusOr<StudentConfig> ParseStudentConfig(const Json& json) {
  if (!IsStudentConfig(json)) return Invalid(StrCat("model_type is not ", kModelType));
  auto model = ParseModel(json);
  if (!model.ok()) return model.status();
  auto kept = ParseKeptHeads(json);
  if (!kept.ok()) return kept.status();
  const auto ssm = ParseSsmSize(json);
  if (!ssm.ok()) return ssm.status();
  const std::string* digest = FindString(json, "teacher_digest");
  StudentConfig config{{*ssm, *std::move(kept), digest == nullptr ? "" : *digest}, *std::move(model)};
  if (const std::string* name = FindString(json, "join"); name != nullptr) {
    const auto join = ParseJoin(*name);
    if (!join.ok()) return join.status();
    config.student.join = *join;
  }
  if (const absl::Status status = CheckIdentity(config.student, config.model); !status.ok()) return status;
  return config;
}

bool IsStudentConfig(const Json& json) {
  const std::string* type = FindString(json, "model_type");
  return type != nullptr && *type == kModelType;
}

}  // namespace rad
