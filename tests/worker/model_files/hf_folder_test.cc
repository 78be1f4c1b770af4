// Teachers in Hugging Face folders.
#include "worker/model/hf_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/worker/model_files/tiny_model.h"
#include "worker/model/hf_config.h"

namespace rad {
namespace {

using testing::HasSubstr;

constexpr char kIndex[] = "model.safetensors.index.json";

class HuggingFaceFolder : public testing::Test {
 protected:
  void Write(const nlohmann::json& config, const std::map<std::string, TinyWeight>& weights) {
    WriteText(folder_.path() / "config.json", config.dump());
    WriteWeights(folder_.path() / "model.safetensors", weights);
  }
  // Layer 0 in one file, the rest in another.
  void WriteShards(const std::string& second_name) {
    WriteText(folder_.path() / "config.json", TinyConfigJson("llama").dump());
    std::map<std::string, TinyWeight> first, second;
    nlohmann::json map;
    for (const auto& [name, weight] : TinyHuggingFaceWeights(false, false)) {
      const bool in_first = name.starts_with("model.layers.0.");
      (in_first ? first : second)[name] = weight;
      map[name] = in_first ? "a.safetensors" : second_name;
    }
    WriteWeights(folder_.path() / "a.safetensors", first);
    WriteWeights(folder_.path() / "b.safetensors", second);
    WriteText(folder_.path() / kIndex, nlohmann::json{{"weight_map", map}}.dump());
  }
  std::string Error() {
    auto model = OpenModelFile(folder_.path());
    EXPECT_FALSE(model.ok());
    return std::string(model.status().message());
  }

  TemporaryFolder folder_;
};

TEST_F(HuggingFaceFolder, ReadsWeightsAsTheyAre) {
  Write(TinyConfigJson("qwen2"), TinyHuggingFaceWeights(true, true));
  auto model = OpenModelFile(folder_.path());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->config().head_dim, 4);
  EXPECT_EQ((*model)->config().rope_base, 500000.0);
  EXPECT_TRUE((*model)->config().qkv_bias);
  EXPECT_TRUE((*model)->config().tied_embeddings);
  for (const auto& [name, weight] : TinyHuggingFaceWeights(true, true)) {
    std::vector<float> values(weight.values.size());
    ASSERT_TRUE((*model)->ReadRows(name, 0, values).ok()) << name;
    EXPECT_EQ(values, weight.values) << name;
  }
}

TEST_F(HuggingFaceFolder, ATiedModelsSavedOutputLayerIsLeftOut) {
  Write(TinyConfigJson("qwen2"), TinyHuggingFaceWeights(true, false));
  auto model = OpenModelFile(folder_.path());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_FALSE((*model)->Has("lm_head.weight"));
}

TEST_F(HuggingFaceFolder, DigestDependsOnConfigurationWeightsAndTokenizer) {
  Write(TinyConfigJson("llama"), TinyHuggingFaceWeights(false, false));
  const auto digest = [&] { return *(*OpenModelFile(folder_.path()))->Digest(); };
  const std::string base = digest();
  EXPECT_EQ(digest(), base);
  WriteText(folder_.path() / "tokenizer.json", "{}");
  const std::string with_tokenizer = digest();
  EXPECT_NE(with_tokenizer, base);
  auto config = TinyConfigJson("llama");
  config["rope_theta"] = 7.0;
  WriteText(folder_.path() / "config.json", config.dump());
  EXPECT_NE(digest(), with_tokenizer);
}

TEST_F(HuggingFaceFolder, ReadsSeveralFilesByTheirIndex) {
  WriteShards("b.safetensors");
  auto model = OpenModelFile(folder_.path());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE((*model)->Has("model.layers.0.mlp.up_proj.weight"));
  EXPECT_TRUE((*model)->Has("model.layers.1.mlp.up_proj.weight"));
}

TEST_F(HuggingFaceFolder, RefusesAnIndexThatLies) {
  WriteShards("../b.safetensors");
  EXPECT_THAT(Error(), HasSubstr("must name a .safetensors file of this folder"));
  WriteShards("c.safetensors");
  EXPECT_THAT(Error(), HasSubstr("c.safetensors: cannot open"));
  WriteShards("a.safetensors");
  EXPECT_THAT(Error(), HasSubstr("is not in a.safetensors as listed"));
  WriteText(folder_.path() / kIndex, "{}");
  EXPECT_THAT(Error(), HasSubstr("weight_map must be an object"));
}

TEST_F(HuggingFaceFolder, RefusesATensorInTwoFiles) {
  Write(TinyConfigJson("llama"), TinyHuggingFaceWeights(false, false));
  WriteWeights(folder_.path() / "z.safetensors", TinyHuggingFaceWeights(false, false));
  EXPECT_THAT(Error(), HasSubstr("is in another file too"));
}

TEST_F(HuggingFaceFolder, SaysWhichPartIsMissing) {
  EXPECT_THAT(Error(), HasSubstr("config.json"));
  WriteText(folder_.path() / "config.json", TinyConfigJson("llama").dump());
  EXPECT_THAT(Error(), HasSubstr("the weights are missing"));
  auto weights = TinyHuggingFaceWeights(false, false);
  weights.erase("lm_head.weight");
  WriteWeights(folder_.path() / "model.safetensors", weights);
  EXPECT_THAT(Error(), HasSubstr("'lm_head.weight' is missing"));
}

TEST_F(HuggingFaceFolder, RefusesWeightsOfAnotherModel) {
  auto weights = TinyHuggingFaceWeights(false, false);
  weights["model.layers.0.self_attn.q_norm.weight"] = {{4}, {1, 1, 1, 1}};
  Write(TinyConfigJson("llama"), weights);
  EXPECT_THAT(Error(), HasSubstr("q_norm.weight' has no place"));
}

TEST(HuggingFaceConfig, ReadsLlama3Scaling) {
  auto json = TinyConfigJson("llama");
  json["rope_scaling"] = {{"rope_type", "llama3"},
                          {"factor", 32.0},
                          {"low_freq_factor", 1.0},
                          {"high_freq_factor", 4.0},
                          {"original_max_position_embeddings", 8192}};
  auto config = ConfigOfHuggingFace(json);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->rope_scaling->factor, 32);
  EXPECT_EQ(config->rope_scaling->original_context, 8192);
  // The newer spelling, which holds the base as well.
  json["rope_parameters"] = json["rope_scaling"];
  json["rope_parameters"]["rope_theta"] = 9.0;
  json.erase("rope_scaling");
  EXPECT_EQ(ConfigOfHuggingFace(json)->rope_base, 9);
  json["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 9.0}};
  EXPECT_FALSE(ConfigOfHuggingFace(json)->rope_scaling);
}

struct Refusal {
  const char* field;
  nlohmann::json value;
  const char* message;
};

TEST(HuggingFaceConfig, NamesTheFieldThatIsWrong) {
  const Refusal refusals[] = {
      {"model_type", "gpt_neox", "'gpt_neox' is not supported"},
      {"num_hidden_layers", "two", "num_hidden_layers is missing or not an integer"},
      {"hidden_size", nullptr, "hidden_size is missing"},
      {"num_attention_heads", 0, "number of heads is 0"},
      {"num_key_value_heads", -1, "key-value heads is -1"},
      {"head_dim", 3, "head dimension is 3"},
      {"vocab_size", 1e30, "vocab_size is missing or not an integer"},
      {"rms_norm_eps", -1.0, "epsilon of RMSNorm is -1"},
      {"hidden_act", "gelu", "hidden_act is \"gelu\""},
      {"mlp_bias", true, "mlp_bias is true"},
      {"use_sliding_window", true, "use_sliding_window is true"},
      {"quantization_config", {{"bits", 4}}, "quantization_config"},
      {"rope_scaling", {{"type", "yarn"}}, "yarn"},
      {"rope_scaling", {{"type", "llama3"}}, "factor is missing"},
  };
  for (const Refusal& refusal : refusals) {
    auto json = TinyConfigJson("llama");
    json[refusal.field] = refusal.value;
    auto config = ConfigOfHuggingFace(json);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << refusal.field;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(refusal.message));
  }
  EXPECT_FALSE(ConfigOfHuggingFace(nlohmann::json::array()).ok());
}

}  // namespace
}  // namespace rad
