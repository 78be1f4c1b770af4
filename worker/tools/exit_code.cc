#include "worker/tools/exit_code.h"

#include <iostream>

namespace rad {

int Fail(const absl::Status& status) {
  std::cerr << "error: " << status.message() << "\n";
  if (absl::IsInvalidArgument(status)) return 2;
  return absl::IsNotFound(status) ? 3 : 1;
}

}  // namespace rad
