#include "worker/model/crc32c.h"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace rad {
namespace {

std::uint32_t Sum(const std::string& text, std::uint32_t before = 0) {
  return Crc32c(std::as_bytes(std::span(text)), before);
}

TEST(Crc32cTest, HasThePublishedValues) {  // RFC 3720, appendix B.4, and the usual check value
  EXPECT_EQ(Sum(""), 0u);
  EXPECT_EQ(Sum("123456789"), 0xE3069283u);
  EXPECT_EQ(Sum(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Sum(std::string(32, '\xFF')), 0x62A8AB43u);
  std::string ascending;
  for (char byte = 0; byte < 32; ++byte) ascending.push_back(byte);
  EXPECT_EQ(Sum(ascending), 0x46DD794Eu);
}

TEST(Crc32cTest, GoesOnWhereItStopped) { EXPECT_EQ(Sum("456789", Sum("123")), 0xE3069283u); }

}  // namespace
}  // namespace rad
