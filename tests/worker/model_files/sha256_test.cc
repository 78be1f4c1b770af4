#include "worker/model/sha256.h"

#include <gtest/gtest.h>

#include <string_view>

namespace rad {
namespace {

void Add(Sha256& sha, std::string_view text) { sha.Update(std::as_bytes(std::span(text))); }

// The examples of FIPS 180-4.
TEST(Sha256, MatchesThePublishedExamples) {
  EXPECT_EQ(Sha256().Finish(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 sha;
  Add(sha, "a");
  Add(sha, "bc");
  EXPECT_EQ(sha.Finish(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, HexOfPublishedVectors) {  // FIPS 180-2
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace rad
