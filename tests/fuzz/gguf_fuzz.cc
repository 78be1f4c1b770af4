// A GGUF file of any bytes: parsing, opening as a model, reading its weights, its tokenizer.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "worker/model/gguf.h"
#include "worker/model/gguf_model.h"
#include "worker/text/gguf_tokenizer.h"

namespace {

void ReadWeights(const rad::ModelFile& model) {
  for (const auto& name : model.TensorNames()) {
    const auto shape = model.Shape(name);
    if (!shape.ok()) __builtin_trap();
    std::size_t count = 1;
    for (const auto extent : *shape) count *= static_cast<std::size_t>(extent);
    std::vector<float> values(count);
    if (!model.ReadRows(name, 0, values).ok()) __builtin_trap();  // all was checked on opening
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (auto model = rad::OpenGgufBytes(bytes); model.ok()) ReadWeights(**model);
  auto gguf = rad::ParseGguf(bytes);
  if (!gguf.ok()) return 0;
  auto tokenizer = rad::TokenizerOfGguf(*gguf);
  if (tokenizer.ok() && !(*tokenizer)->Encode("a <s>1\n").ok()) __builtin_trap();
  return 0;
}
