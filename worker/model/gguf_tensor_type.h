// gguf_tensor_type.h: the numbers by which GGUF names tensor types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernels/dequant.h"

namespace rad {

// nullopt: a type that cannot be read.
std::optional<TensorType> TensorTypeOfGguf(std::uint32_t code);
// For messages, of any code: "Q2_K", "99 (unknown)".
std::string GgufTensorTypeName(std::uint32_t code);

}  // namespace rad
