#include "coordinator/cli/spec/utf8.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace rad::cli {
namespace {

struct Lead {
  int tail_bytes = 0;
  std::uint32_t payload = 0;
  std::uint32_t least = 0;  // smaller values have a shorter form
};

bool ReadLead(unsigned char byte, Lead& lead) {
  if (byte < 0x80) return lead = {0, byte, 0}, true;
  if ((byte & 0xe0) == 0xc0) return lead = {1, byte & 0x1fu, 0x80}, true;
  if ((byte & 0xf0) == 0xe0) return lead = {2, byte & 0x0fu, 0x800}, true;
  if ((byte & 0xf8) == 0xf0) return lead = {3, byte & 0x07u, 0x10000}, true;
  return false;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    Lead lead;
    if (!ReadLead(static_cast<unsigned char>(text[i++]), lead)) return false;
    std::uint32_t code = lead.payload;
    for (int k = 0; k < lead.tail_bytes; ++k, ++i) {
      if (i >= text.size() || (text[i] & 0xc0) != 0x80) return false;
      code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
    }
    if (code < lead.least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  }
  return true;
}

}  // namespace rad::cli
