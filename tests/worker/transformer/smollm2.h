// smollm2.h: the real teacher that some tests need, and the reference values that go with it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace rad {

inline std::filesystem::path SmolLm2Path() {
  const char* cache = std::getenv("RAD_CACHE");
  return std::filesystem::path(cache == nullptr ? "" : cache) / "models/SmolLM2-135M-Instruct.Q4_1.gguf";
}

// Reference values computed by other people's code (tests/data/teacher).
inline nlohmann::json TeacherReference(const std::string& name) {
  const char* data = std::getenv("RAD_TEST_DATA");
  const auto path = std::filesystem::path(data == nullptr ? "tests/data" : data) / "teacher" / name;
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return nlohmann::json::parse(file);
}

}  // namespace rad

#define RAD_REQUIRE_SMOLLM2()                                                                                \
  if (!std::filesystem::exists(::rad::SmolLm2Path())) {                                                      \
    GTEST_SKIP() << ::rad::SmolLm2Path() << " is absent: deploy/fetch_teacher.sh fetches it into RAD_CACHE"; \
  }
