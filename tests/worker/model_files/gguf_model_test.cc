// Teachers in GGUF files: Hugging Face names and row order, and variants that must be refused by name.
#include "worker/model/gguf_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/worker/model_files/gguf_builder.h"
#include "tests/worker/model_files/tiny_model.h"
#include "worker/model/inspect.h"

namespace rad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::span<const std::byte> Bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string ErrorOf(const GgufBuilder& builder) {
  const std::string file = builder.Build();
  auto model = OpenGgufBytes(Bytes(file));
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(model.status().message());
}

std::vector<float> FirstColumn(const ModelFile& model, const std::string& name) {
  const auto shape = *model.Shape(name);
  const auto columns = static_cast<std::size_t>(shape.size() == 2 ? shape[1] : 1);
  std::vector<float> values(static_cast<std::size_t>(shape[0]) * columns), column;
  EXPECT_TRUE(model.ReadRows(name, 0, values).ok());
  for (std::size_t i = 0; i < values.size(); i += columns) column.push_back(values[i]);
  return column;
}

TEST(GgufModel, ReadsALlama) {
  const std::string file = TinyGguf("llama").Build();
  auto model = OpenGgufBytes(Bytes(file));
  ASSERT_TRUE(model.ok()) << model.status();
  const ModelConfig& config = (*model)->config();
  EXPECT_EQ(config.architecture, "llama");
  EXPECT_EQ(config.layers, 2);
  EXPECT_EQ(config.heads, 2);
  EXPECT_EQ(config.kv_heads, 1);
  EXPECT_EQ(config.head_dim, 4);
  EXPECT_EQ(config.vocab, 10);
  EXPECT_EQ(config.rope_base, 1e6);
  EXPECT_FALSE(config.tied_embeddings);
  EXPECT_FALSE(config.qkv_bias);
  EXPECT_EQ((*model)->TensorNames().size(), 2 * 9u + 3);
  EXPECT_TRUE((*model)->Has("lm_head.weight"));
  EXPECT_THAT(*(*model)->Shape("model.layers.1.mlp.down_proj.weight"), ElementsAre(8, 6));
  EXPECT_EQ(*(*model)->TypeName("model.layers.1.mlp.down_proj.weight"), "F32");
}

// Row r of a head of four in the file is row (r % 2) * 2 + r / 2 of the result.
TEST(GgufModel, UndoesThePermutationOfQueriesAndKeysInLlamaOnly) {
  const std::string llama_file = TinyGguf("llama").Build(), qwen_file = TinyGguf("qwen2").Build();
  auto llama = OpenGgufBytes(Bytes(llama_file)), qwen = OpenGgufBytes(Bytes(qwen_file));
  ASSERT_TRUE(llama.ok() && qwen.ok()) << llama.status() << qwen.status();
  const std::string layer = "model.layers.0.self_attn.";
  EXPECT_THAT(FirstColumn(**llama, layer + "q_proj.weight"),
              ElementsAre(0, 200, 100, 300, 400, 600, 500, 700));
  EXPECT_THAT(FirstColumn(**llama, layer + "k_proj.weight"), ElementsAre(0, 200, 100, 300));
  EXPECT_THAT(FirstColumn(**llama, layer + "v_proj.weight"), ElementsAre(0, 100, 200, 300));
  EXPECT_THAT(FirstColumn(**qwen, layer + "q_proj.weight"),
              ElementsAre(0, 100, 200, 300, 400, 500, 600, 700));
  EXPECT_THAT(FirstColumn(**qwen, layer + "q_proj.bias"), ElementsAre(0, 100, 200, 300, 400, 500, 600, 700));
  EXPECT_TRUE((*qwen)->config().tied_embeddings);
  EXPECT_TRUE((*qwen)->config().qkv_bias);
}

TEST(GgufModel, UnpermutesWholeQuantisedRows) {
  GgufBuilder builder = TinyGguf("llama");
  builder.Uint("llama.embedding_length", 32)
      .Uint("llama.attention.key_length", 4)
      .Uint("llama.attention.value_length", 4);
  for (const auto& [name, weight] : TinyGgufWeights(false, false)) {
    std::vector<std::uint64_t> shape = weight.shape;
    const bool is_q = name.ends_with("attn_q.weight"), is_output = name.ends_with("attn_output.weight");
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == 8 && !(is_q && i == 0) && !(is_output && i == 1)) shape[i] = 32;
    }
    std::uint64_t count = 1;
    for (const auto extent : shape) count *= extent;
    builder.Floats(name, shape, std::vector<float>(count, 1.0f));
  }
  std::string rows;  // Q8_0: a row is one block; every value of row r is r
  for (int row = 0; row < 8; ++row)
    rows += BytesOf(std::uint16_t{0x3C00}) + std::string(32, static_cast<char>(row));
  builder.Tensor("blk.1.attn_q.weight", {8, 32}, 8, rows);
  const std::string file = builder.Build();
  auto model = OpenGgufBytes(Bytes(file));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(FirstColumn(**model, "model.layers.1.self_attn.q_proj.weight"),
              ElementsAre(0, 2, 1, 3, 4, 6, 5, 7));
  EXPECT_EQ(*(*model)->TypeName("model.layers.1.self_attn.q_proj.weight"), "Q8_0");
}

TEST(GgufModel, TakesRopeFactorsFromTheirTensor) {
  const float factors[] = {1, 8};
  const std::string file = TinyGguf("llama").Floats("rope_freqs.weight", {2}, factors).Build();
  auto model = OpenGgufBytes(Bytes(file));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT((*model)->config().rope_factors, ElementsAre(1, 8));
  EXPECT_THAT((*model)->TensorNames(), Not(testing::Contains(HasSubstr("rope"))));
  const float bad[] = {1, 0};
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Floats("rope_freqs.weight", {2}, bad)),
              HasSubstr("rope_freqs.weight is 0"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Floats("rope_freqs.weight", {1}, factors)),
              HasSubstr("rope_freqs.weight has 1"));
}

TEST(GgufModel, ReadRowsNeedsTheRightRoomAndAKnownName) {
  const std::string file = TinyGguf("llama").Build();
  auto model = OpenGgufBytes(Bytes(file));
  ASSERT_TRUE(model.ok());
  std::vector<float> room(7);
  EXPECT_EQ((*model)->ReadRows("model.norm.weight", 0, room).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ((*model)->ReadRows("model.nurm.weight", 0, room).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ((*model)->Shape("nothing").status().code(), absl::StatusCode::kNotFound);
}

TEST(GgufModel, NamesWhatItDoesNotSupport) {
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Text("general.architecture", "mamba")),
              HasSubstr("'mamba' is not supported"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.expert_count", 8)), HasSubstr("expert_count is 8"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.rope.dimension_count", 2)),
              HasSubstr("rope.dimension_count is 2"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.attention.value_length", 2)),
              HasSubstr("value_length is 2"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Text("llama.rope.scaling.type", "yarn")), HasSubstr("'yarn'"));
  const float eight[8] = {};
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Floats("blk.0.attn_output.bias", {8}, eight)),
              HasSubstr("'blk.0.attn_output.bias' has no place"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Floats("blk.00.attn_norm.weight", {8}, eight)),
              HasSubstr("has no place"));
}

TEST(GgufModel, ChecksNumbersAgainstEachOther) {
  EXPECT_THAT(ErrorOf(TinyGguf("llama").WithoutKey("llama.block_count")),
              HasSubstr("'llama.block_count' is missing"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Text("llama.block_count", "2")), HasSubstr("must be one integer"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Ints("llama.attention.head_count", {2, 2})),
              HasSubstr("must be one integer"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.block_count", 0)), HasSubstr("number of layers is 0"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.block_count", 4294967295u)),
              HasSubstr("number of layers is 4294967295"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.attention.head_count", 0)),
              HasSubstr("number of heads is 0"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.attention.head_count", 3)), HasSubstr("not a multiple"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.attention.head_count_kv", 0)),
              HasSubstr("key-value heads is 0"));
  EXPECT_THAT(
      ErrorOf(
          TinyGguf("llama").Uint("llama.attention.head_count", 4).Uint("llama.attention.head_count_kv", 3)),
      HasSubstr("cannot share 3"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Float("llama.rope.freq_base", -1)), HasSubstr("RoPE base is -1"));
}

TEST(GgufModel, ChecksShapesAgainstTheHeader) {
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.block_count", 3)),
              HasSubstr("'model.layers.2.input_layernorm.weight' is missing"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Uint("llama.feed_forward_length", 7)),
              HasSubstr("has shape [6, 8], but the header calls for [7, 8]"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").WithoutTensor("blk.1.attn_v.weight")),
              HasSubstr("v_proj.weight' is missing"));
  EXPECT_THAT(ErrorOf(TinyGguf("qwen2").WithoutTensor("blk.1.attn_v.bias")),
              HasSubstr("v_proj.bias' is missing"));
  EXPECT_THAT(ErrorOf(TinyGguf("llama").Texts("tokenizer.ggml.tokens", std::vector<std::string>(11, "x"))),
              HasSubstr("the tokenizer has 11 tokens, but the embedding only 10 rows"));
}

TEST(GgufModel, OpensFilesAndNamesThemInErrors) {
  TemporaryFolder folder;
  WriteText(folder.path() / "tiny.gguf", TinyGguf("llama").Build());
  auto info = InspectModel(folder.path() / "tiny.gguf");
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->parameters, 2 * (8 + 8 + 64 + 32 + 32 + 64 + 48 + 48 + 48) + 80 + 8 + 80);
  EXPECT_EQ(info->digest.size(), 64u);
  auto missing = OpenModelFile(folder.path() / "none.gguf");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("none.gguf"));
  WriteText(folder.path() / "short.gguf", TinyGguf("llama").Build().substr(0, 999));
  auto cut = OpenModelFile(folder.path() / "short.gguf");
  EXPECT_THAT(std::string(cut.status().message()), HasSubstr("short.gguf: truncated"));
  WriteText(folder.path() / "empty.gguf", "");
  EXPECT_EQ(OpenModelFile(folder.path() / "empty.gguf").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(GgufModel, DigestIsTheFilesSha256) {
  TemporaryFolder folder;
  const std::string bytes = TinyGguf("qwen2").Build();
  WriteText(folder.path() / "a.gguf", bytes);
  WriteText(folder.path() / "b.gguf", bytes + "x");  // bytes after the last tensor are allowed, and count
  auto a = OpenModelFile(folder.path() / "a.gguf"), again = OpenModelFile(folder.path() / "a.gguf");
  auto b = OpenModelFile(folder.path() / "b.gguf");
  ASSERT_TRUE(a.ok() && again.ok() && b.ok());
  EXPECT_EQ(*(*a)->Digest(), *(*again)->Digest());
  EXPECT_NE(*(*a)->Digest(), *(*b)->Digest());
}

}  // namespace
}  // namespace rad
