// The seeds of the YAML fuzzer, and every one of them cut short or with a byte changed, as an ordinary test.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace rad::cli {
namespace {

constexpr std::size_t kVariants = 64;  // of each kind and seed

void Try(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

TEST(YamlSeeds, NoneOfThemOrTheirVariantsCrashes) {
  const std::filesystem::path folder =
      std::filesystem::path(std::getenv("RAD_TEST_DATA")) / "../fuzz/seeds/yaml_spec";
  int seeds = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    Try(text);
    const std::size_t step = text.size() / kVariants + 1;
    for (std::size_t at = 0; at < text.size(); at += step) {
      Try(text.substr(0, at));
      std::string changed = text;
      changed[at] = "{}[]:,&*!|>'\"%@#\n-\0\xff"[at % 20];
      Try(changed);
    }
    ++seeds;
  }
  EXPECT_GE(seeds, 5);
}

}  // namespace
}  // namespace rad::cli
