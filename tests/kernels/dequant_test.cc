#include "kernels/dequant.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "worker/model/json.h"
#include "worker/model/safetensors.h"

namespace rad {
namespace {

std::vector<float> Floats(const TensorView& tensor) {
  std::vector<float> values(tensor.data.size() / sizeof(float));
  std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

void ExpectExact(TensorType type, const TensorView& raw, const TensorView& expected,
                 const std::string& name) {
  const std::vector<float> want = Floats(expected);
  std::vector<float> got(want.size());
  Dequantize(type, raw.data, got);
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(got[i]), std::bit_cast<std::uint32_t>(want[i]))
        << name << " value " << i << ": " << got[i] << " instead of " << want[i];
  }
}

// Random blocks of ten types with every kind of scale, and rows of real tensors. The metadata's index names
// the types.
TEST(Dequantize, MatchesTheReferenceBitForBit) {
  auto file = SafetensorsFile::Open(std::filesystem::path(std::getenv("RAD_TEST_DATA")) / "kernels" /
                                    "dequant_cases.safetensors");
  ASSERT_TRUE(file.ok()) << file.status();
  auto index = ParseJson(file->contents().metadata.at("index"), "index");
  ASSERT_TRUE(index.ok()) << index.status();
  for (const auto& [name, entry] : index->items()) {
    const auto type = TensorTypeNamed(*FindString(entry, "type"));
    ASSERT_TRUE(type) << name;
    auto raw = file->Find(name + ".raw"), expected = file->Find(name + ".f32");
    ASSERT_TRUE(raw.ok() && expected.ok()) << name;
    ExpectExact(*type, **raw, **expected, name);
  }
  EXPECT_EQ(index->size(), 23u);
}

TEST(HalfToFloat, KnowsEveryKindOfNumber) {
  EXPECT_EQ(HalfToFloat(0x3C00), 1.0f);
  EXPECT_EQ(HalfToFloat(0xC000), -2.0f);
  EXPECT_EQ(HalfToFloat(0x7BFF), 65504.0f);
  EXPECT_EQ(HalfToFloat(0x0001), 0x1p-24f);
  EXPECT_EQ(HalfToFloat(0x83FF), -1023 * 0x1p-24f);
  EXPECT_EQ(HalfToFloat(0x7C00), INFINITY);
  EXPECT_TRUE(std::isnan(HalfToFloat(0x7E00)));
  EXPECT_TRUE(std::signbit(HalfToFloat(0x8000)));
}

TEST(DequantizeDeathTest, AbortsWhenSizesDisagree) {
  const std::vector<std::byte> raw(20);
  std::vector<float> out(31);
  EXPECT_DEATH(Dequantize(TensorType::kQ4_1, raw, out), "20 bytes of Q4_1 do not make 31 values");
}

}  // namespace
}  // namespace rad
