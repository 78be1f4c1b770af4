// gguf_builder.h: makes GGUF files field by field, so that tests can also make wrong ones.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rad {

class GgufBuilder {
 public:
  GgufBuilder& Text(const std::string& key, std::string_view value);
  GgufBuilder& Uint(const std::string& key, std::uint32_t value);
  GgufBuilder& Float(const std::string& key, float value);
  GgufBuilder& Texts(const std::string& key, const std::vector<std::string>& values);
  GgufBuilder& Ints(const std::string& key, const std::vector<std::int32_t>& values);
  // type and value as the format has them, unchecked.
  GgufBuilder& Raw(const std::string& key, std::uint32_t type, std::string value);
  GgufBuilder& WithoutKey(const std::string& key);

  // shape outermost first; type is GGUF's number.
  GgufBuilder& Tensor(const std::string& name, std::vector<std::uint64_t> shape, std::uint32_t type,
                      std::string data);
  GgufBuilder& Floats(const std::string& name, std::vector<std::uint64_t> shape,
                      std::span<const float> values);
  GgufBuilder& WithoutTensor(const std::string& name);

  std::string Build() const;

  std::uint32_t version = 3;
  std::uint64_t extra_tensors = 0, extra_keys = 0;  // added to the counts only
  std::uint64_t extra_offset = 0;                   // added to every tensor's offset

 private:
  struct Value {
    std::uint32_t type;
    std::string bytes;
  };
  struct TensorEntry {
    std::vector<std::uint64_t> shape;
    std::uint32_t type;
    std::string data;
  };
  std::map<std::string, Value> values_;
  std::map<std::string, TensorEntry> tensors_;
};

// A value as it lies in memory.
template <typename T>
std::string BytesOf(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}
std::string LengthAndText(std::string_view text);

}  // namespace rad
