#include <array>

#include "worker/model/safetensors.h"

namespace rad {
namespace {

struct Row {
  std::string_view name;
  std::int64_t bytes;
};
// In the order of DType.
constexpr std::array<Row, 13> kRows = {{{"BOOL", 1},
                                        {"U8", 1},
                                        {"I8", 1},
                                        {"I16", 2},
                                        {"U16", 2},
                                        {"I32", 4},
                                        {"U32", 4},
                                        {"I64", 8},
                                        {"U64", 8},
                                        {"F16", 2},
                                        {"BF16", 2},
                                        {"F32", 4},
                                        {"F64", 8}}};

}  // namespace

std::string_view DTypeName(DType dtype) { return kRows[static_cast<std::size_t>(dtype)].name; }

std::int64_t DTypeBytes(DType dtype) { return kRows[static_cast<std::size_t>(dtype)].bytes; }

std::optional<DType> DTypeNamed(std::string_view name) {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

}  // namespace rad
