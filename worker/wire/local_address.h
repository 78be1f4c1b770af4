// local_address.h: under which address other machines reach this one.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace rad {

// The address of the interface that leads to `peer` ("HOST:PORT"): whoever reaches the peer reaches it too.
// Nothing is sent. UNAVAILABLE when the peer's name is unknown or no route leads there.
absl::StatusOr<std::string> AddressTowards(const std::string& peer);

}  // namespace rad
