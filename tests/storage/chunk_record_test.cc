#include "storage/chunk_record.h"

#include <gtest/gtest.h>

#include "storage/crc32c.h"
#include "storage/sha256.h"

namespace rad {
namespace {

// Check values of RFC 3720, B.4.
TEST(Crc32c, HasThePublishedValues) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
}

// FIPS 180-4's example.
TEST(Sha256, HasThePublishedValue) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(IsSha256Hex(Sha256Hex("abc")));
  EXPECT_FALSE(IsSha256Hex("BA78"));
  EXPECT_FALSE(IsSha256Hex(std::string(64, 'g')));
}

TEST(ChunkRecord, RoundTrips) {
  for (const std::string& data : {std::string(), std::string("x"), std::string(100'000, 'y')}) {
    EXPECT_EQ(DecodeChunk("d", EncodeChunk(data)).value(), data);
  }
}

TEST(ChunkRecord, EveryFlippedBitIsFound) {
  const std::string record = EncodeChunk("twelve bytes");
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    std::string damaged = record;
    damaged[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_TRUE(absl::IsDataLoss(DecodeChunk("d1", damaged).status())) << bit;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeChunk("d1", record.substr(0, 3)).status()));
  EXPECT_NE(DecodeChunk("d1", "abc").status().message().find("d1"), std::string::npos);
}

}  // namespace
}  // namespace rad
