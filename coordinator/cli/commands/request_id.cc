#include "coordinator/cli/commands/request_id.h"

#include <random>

#include "absl/strings/str_format.h"

namespace rad::cli {

std::string RandomRequestId() {
  std::random_device random;
  return absl::StrFormat("%08x%08x%08x%08x", random(), random(), random(), random());
}

}  // namespace rad::cli
