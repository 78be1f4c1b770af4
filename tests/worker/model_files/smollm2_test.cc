// A real teacher: its numbers, and its weights against those that Hugging Face's reader holds.
#include "tests/worker/transformer/smollm2.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "worker/model/inspect.h"
#include "worker/model/model_file.h"

namespace rad {
namespace {

class SmolLm2 : public testing::Test {
 protected:
  void SetUp() override { RAD_REQUIRE_SMOLLM2(); }
};

TEST_F(SmolLm2, HasItsPublishedNumbers) {
  auto info = InspectModel(SmolLm2Path());
  ASSERT_TRUE(info.ok()) << info.status();
  const ModelConfig& c = info->config;
  EXPECT_EQ(c.architecture, "llama");
  EXPECT_EQ(c.layers, 30);
  EXPECT_EQ(c.hidden, 576);
  EXPECT_EQ(c.heads, 9);
  EXPECT_EQ(c.kv_heads, 3);
  EXPECT_EQ(c.head_dim, 64);
  EXPECT_EQ(c.mlp, 1536);
  EXPECT_EQ(c.vocab, 49152);
  EXPECT_EQ(c.context, 8192);
  EXPECT_EQ(c.rope_base, 100000);
  EXPECT_NEAR(c.rms_eps, 1e-5, 1e-11);
  EXPECT_TRUE(c.tied_embeddings);
  EXPECT_FALSE(c.qkv_bias);
  EXPECT_EQ(info->parameters, 134515008);
}

TEST_F(SmolLm2, WeightsMatchTheReference) {
  std::ifstream in(std::filesystem::path(std::getenv("RAD_TEST_DATA")) / "model_files" /
                   "smollm2_weights.json");
  const auto reference = nlohmann::json::parse(in);
  auto model = OpenModelFile(SmolLm2Path());
  ASSERT_TRUE(model.ok()) << model.status();
  for (const auto& [name, weight] : reference.items()) {
    const auto shape = (*model)->Shape(name);
    ASSERT_TRUE(shape.ok()) << shape.status();
    ASSERT_EQ(*shape, weight["shape"].get<std::vector<std::int64_t>>()) << name;
    const std::int64_t columns = shape->size() == 2 ? (*shape)[1] : 1;
    std::vector<float> values(static_cast<std::size_t>((*shape)[0] * columns));
    ASSERT_TRUE((*model)->ReadRows(name, 0, values).ok());
    double sum = 0, magnitudes = 0;
    for (const float value : values) sum += value, magnitudes += std::fabs(value);
    EXPECT_NEAR(sum, weight["sum"].get<double>(), 1e-6 * magnitudes) << name;
    EXPECT_NEAR(magnitudes, weight["abs_sum"].get<double>(), 1e-6 * magnitudes) << name;
    for (const auto& [row, numbers] : weight["rows"].items()) {
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        EXPECT_NEAR(values[static_cast<std::size_t>(std::stoll(row) * columns) + i], numbers[i].get<double>(),
                    6e-8)
            << name << " row " << row;
      }
    }
  }
}

}  // namespace
}  // namespace rad
