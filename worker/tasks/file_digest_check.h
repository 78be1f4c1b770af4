// file_digest_check.h: what is said of a file that is no longer the one that the job inspected.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace rad {

inline absl::Status CheckFileDigest(const char* field, const std::string& path, const std::string& expected,
                                    const std::string& found) {
  if (expected == found) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(field, ": ", path, " changed since the job inspected it (its digest was ", expected,
                   ", now it is ", found, "); submit the job again"));
}

}  // namespace rad
