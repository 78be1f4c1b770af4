#include "worker/wire/local_address.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

TEST(AddressTowards, ALoopbackPeerIsReachedFromLoopback) {
  EXPECT_EQ(*AddressTowards("127.0.0.1:7070"), "127.0.0.1");
}

TEST(AddressTowards, NamesWhatCannotBeReached) {
  const auto address = AddressTowards("127.0.0.1:no-such-service");
  EXPECT_EQ(address.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(address.status().message().find("no-such-service"), absl::string_view::npos);
}

}  // namespace
}  // namespace rad
