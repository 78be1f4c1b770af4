#include "worker/model/hf_config.h"

#include <string>

#include "worker/model/check_config.h"
#include "worker/model/json.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

using Json = nlohmann::json;

// Reads fields; the first that is missing or of the wrong type sets status().
class FieldReader {
 public:
  explicit FieldReader(const Json& object) : object_(object) {}

  std::int64_t Integer(const char* key) {
    const Json* value = FindMember(object_, key);
    if (value == nullptr || !value->is_number_integer()) return Fail(key, "an integer"), 0;
    return value->get<std::int64_t>();
  }
  std::int64_t IntegerOr(const char* key, std::int64_t otherwise) {
    return FindMember(object_, key) == nullptr ? otherwise : Integer(key);
  }
  double Number(const char* key) {
    const Json* value = FindMember(object_, key);
    if (value == nullptr || !value->is_number()) return Fail(key, "a number"), 0;
    return value->get<double>();
  }
  double NumberOr(const char* key, double otherwise) {
    return FindMember(object_, key) == nullptr ? otherwise : Number(key);
  }
  // A field that may only be absent or hold `only`.
  void Only(const char* key, const Json& only) {
    const Json* value = FindMember(object_, key);
    if (value != nullptr && *value != only) {
      Refuse(StrCat(key, " is ", value->dump(), "; only ", only.dump(), " is supported"));
    }
  }

  void Refuse(std::string message) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(std::move(message));
  }
  const absl::Status& status() const { return status_; }

 private:
  void Fail(const char* key, const char* kind) { Refuse(StrCat(key, " is missing or not ", kind)); }

  const Json& object_;
  absl::Status status_;
};

void ReadSizes(FieldReader& in, ModelConfig& config) {
  config.layers = in.Integer("num_hidden_layers");
  config.hidden = in.Integer("hidden_size");
  config.heads = in.Integer("num_attention_heads");
  config.kv_heads = in.IntegerOr("num_key_value_heads", config.heads);
  config.head_dim = in.IntegerOr("head_dim", config.heads > 0 ? config.hidden / config.heads : 0);
  config.mlp = in.Integer("intermediate_size");
  config.vocab = in.Integer("vocab_size");
  config.context = in.Integer("max_position_embeddings");
  config.rms_eps = in.NumberOr("rms_norm_eps", 1e-6);
}

void RefuseVariants(FieldReader& in) {
  in.Only("hidden_act", "silu");
  in.Only("mlp_bias", false);
  in.Only("use_sliding_window", false);
  in.Only("partial_rotary_factor", 1);
  in.Only("quantization_config", nullptr);
}

// "rope_scaling" of older files holds only the scaling; "rope_parameters" of newer ones holds the base too.
absl::Status ReadRope(const Json& json, ModelConfig& config) {
  FieldReader outer(json);
  config.rope_base = outer.NumberOr("rope_theta", config.rope_base);
  const Json* rope = FindMember(json, "rope_parameters");
  if (rope == nullptr) rope = FindMember(json, "rope_scaling");
  if (rope == nullptr) return outer.status();
  FieldReader in(*rope);
  config.rope_base = in.NumberOr("rope_theta", config.rope_base);
  const std::string* type = FindString(*rope, "rope_type");
  if (type == nullptr) type = FindString(*rope, "type");
  if (type != nullptr && *type == "llama3") {
    config.rope_scaling =
        RopeScaling{in.Number("factor"), in.Number("low_freq_factor"), in.Number("high_freq_factor"),
                    in.Integer("original_max_position_embeddings")};
  } else if (type == nullptr || *type != "default") {
    in.Refuse(StrCat("RoPE scaling ", rope->dump(), " is not supported; known are none, default and llama3"));
  }
  if (!outer.status().ok()) return outer.status();
  return in.status();
}

}  // namespace

absl::StatusOr<ModelConfig> ConfigOfHuggingFace(const Json& json) {
  const std::string* type = FindString(json, "model_type");
  if (type == nullptr || (*type != "llama" && *type != "qwen2")) {
    return absl::InvalidArgumentError(StrCat("model_type '", type == nullptr ? "" : *type,
                                             "' is not supported; use a model of type llama or qwen2"));
  }
  ModelConfig config;
  config.architecture = *type;
  FieldReader in(json);
  ReadSizes(in, config);
  RefuseVariants(in);
  if (!in.status().ok()) return in.status();
  if (auto status = ReadRope(json, config); !status.ok()) return status;
  config.tied_embeddings = IsTrue(json, "tie_word_embeddings");
  if (auto status = CheckConfig(config); !status.ok()) return status;
  return config;
}

}  // namespace rad
