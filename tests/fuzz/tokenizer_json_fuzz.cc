// A tokenizer.json of any bytes. What opens must write itself, read back, and decode what it encodes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "worker/text/tokenizer_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto tokenizer = rad::ReadTokenizerJson(text, {});
  if (!tokenizer.ok()) return 0;
  auto again = rad::ReadTokenizerJson((*tokenizer)->ToTokenizerJson(), {});
  if (!again.ok()) __builtin_trap();
  auto ids = (*tokenizer)->Encode("It's 12 <s>\u00e9\n");
  if (!ids.ok() || !(*tokenizer)->DecodeBytes(*ids).ok()) __builtin_trap();
  return 0;
}
