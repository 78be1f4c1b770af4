#include "worker/model/gguf_tensor_type.h"

#include <string_view>
#include <utility>

#include "worker/model/str_cat.h"

namespace rad {
namespace {

// Names for messages and for the lookup of those that can be read.
constexpr std::pair<std::uint32_t, std::string_view> kNames[] = {
    {0, "F32"},     {1, "F16"},    {2, "Q4_0"},     {3, "Q4_1"},    {6, "Q5_0"},     {7, "Q5_1"},
    {8, "Q8_0"},    {9, "Q8_1"},   {10, "Q2_K"},    {11, "Q3_K"},   {12, "Q4_K"},    {13, "Q5_K"},
    {14, "Q6_K"},   {15, "Q8_K"},  {16, "IQ2_XXS"}, {17, "IQ2_XS"}, {18, "IQ3_XXS"}, {19, "IQ1_S"},
    {20, "IQ4_NL"}, {21, "IQ3_S"}, {22, "IQ2_S"},   {23, "IQ4_XS"}, {24, "I8"},      {25, "I16"},
    {26, "I32"},    {27, "I64"},   {28, "F64"},     {29, "IQ1_M"},  {30, "BF16"},    {34, "TQ1_0"},
    {35, "TQ2_0"},  {39, "MXFP4"},
};

std::string_view KnownName(std::uint32_t code) {
  for (const auto& [known, name] : kNames) {
    if (known == code) return name;
  }
  return "";
}

}  // namespace

std::optional<TensorType> TensorTypeOfGguf(std::uint32_t code) { return TensorTypeNamed(KnownName(code)); }

std::string GgufTensorTypeName(std::uint32_t code) {
  const std::string_view name = KnownName(code);
  return name.empty() ? StrCat(code, " (unknown)") : std::string(name);
}

}  // namespace rad
