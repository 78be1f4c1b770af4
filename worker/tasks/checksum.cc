#include "worker/tasks/checksum.h"

#include <span>

#include "worker/model/sha256.h"

namespace rad {

std::string Sha256Hex(std::string_view bytes) {
  Sha256 sum;
  sum.Update(std::as_bytes(std::span(bytes)));
  return sum.Finish();
}

}  // namespace rad
