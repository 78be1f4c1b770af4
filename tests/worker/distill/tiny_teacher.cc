#include "tests/worker/distill/tiny_teacher.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/worker/transformer/random_transformer.h"
#include "worker/model/tensor_file.h"
#include "worker/text/byte_alphabet.h"

namespace rad {
namespace {

using Json = nlohmann::json;

ModelConfig TinyConfig() {
  ModelConfig config = SmallConfig();
  config.layers = 2;
  config.hidden = 32;
  config.heads = 4;
  config.vocab = 256;
  return config;
}

Json ConfigJson(const ModelConfig& config) {
  return {{"model_type", "llama"},
          {"architectures", {"LlamaForCausalLM"}},
          {"num_hidden_layers", config.layers},
          {"hidden_size", config.hidden},
          {"num_attention_heads", config.heads},
          {"num_key_value_heads", config.kv_heads},
          {"head_dim", config.head_dim},
          {"intermediate_size", config.mlp},
          {"vocab_size", config.vocab},
          {"max_position_embeddings", config.context},
          {"rms_norm_eps", config.rms_eps},
          {"rope_theta", config.rope_base},
          {"hidden_act", "silu"},
          {"tie_word_embeddings", true}};
}

Json TokenizerJson() {
  Json vocab = Json::object();
  for (int byte = 0; byte < 256; ++byte)
    vocab[std::string(CharacterOfByte(static_cast<std::uint8_t>(byte)))] = byte;
  const Json pre_tokenizer = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}};
  return {{"added_tokens", Json::array()},
          {"normalizer", nullptr},
          {"pre_tokenizer", pre_tokenizer},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", Json::array()}}}};
}

std::vector<NamedTensor> HuggingFaceTensors(const Transformer& model) {
  std::vector<NamedTensor> tensors{{"model.embed_tokens.weight", model.embedding},
                                   {"model.norm.weight", model.final_norm}};
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    const LayerWeights& w = model.layers[l];
    const auto add = [&](const char* name, const at::Tensor& tensor) {
      tensors.push_back({"model.layers." + std::to_string(l) + "." + name + ".weight", tensor});
    };
    add("input_layernorm", w.input_norm);
    add("post_attention_layernorm", w.post_norm);
    add("self_attn.q_proj", w.attention.q);
    add("self_attn.k_proj", w.attention.k);
    add("self_attn.v_proj", w.attention.v);
    add("self_attn.o_proj", w.attention.o);
    add("mlp.gate_proj", w.mlp.gate_up.chunk(2)[0]);
    add("mlp.up_proj", w.mlp.gate_up.chunk(2)[1]);
    add("mlp.down_proj", w.mlp.down);
  }
  return tensors;
}

}  // namespace

void WriteTinyTeacher(const std::filesystem::path& folder) {
  const ModelConfig config = TinyConfig();
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config.json") << ConfigJson(config);
  std::ofstream(folder / "tokenizer.json") << TokenizerJson();
  ASSERT_TRUE(
      WriteTensorFile(folder / "model.safetensors", HuggingFaceTensors(RandomTransformer(config)), {}).ok());
}

}  // namespace rad
