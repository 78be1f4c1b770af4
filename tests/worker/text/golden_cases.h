// golden_cases.h: texts and the ids that Hugging Face's tokenizers gave for them, in tests/data/text.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "worker/text/tokenizer.h"

namespace rad {

inline std::filesystem::path GoldenFolder() {
  return std::filesystem::path(std::getenv("RAD_TEST_DATA")) / "text";
}

inline std::vector<nlohmann::json> ReadLines(const std::filesystem::path& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

inline void ExpectIds(const Tokenizer& tokenizer, const std::vector<nlohmann::json>& cases) {
  for (const auto& example : cases) {
    const auto text = example["text"].get<std::string>();
    auto ids = tokenizer.Encode(text);
    ASSERT_TRUE(ids.ok()) << ids.status();
    EXPECT_EQ(*ids, example["ids"].get<std::vector<TokenId>>()) << example["text"].dump();
  }
}

}  // namespace rad
