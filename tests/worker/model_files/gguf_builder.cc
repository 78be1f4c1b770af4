#include "tests/worker/model_files/gguf_builder.h"

namespace rad {
namespace {

constexpr std::size_t kAlignment = 32;

void Align(std::string& bytes) { bytes.resize((bytes.size() + kAlignment - 1) / kAlignment * kAlignment); }

std::string ArrayHead(std::uint32_t type, std::uint64_t count) { return BytesOf(type) + BytesOf(count); }

}  // namespace

std::string LengthAndText(std::string_view text) {
  return BytesOf(std::uint64_t{text.size()}) + std::string(text);
}

GgufBuilder& GgufBuilder::Raw(const std::string& key, std::uint32_t type, std::string value) {
  values_[key] = {type, std::move(value)};
  return *this;
}

GgufBuilder& GgufBuilder::Text(const std::string& key, std::string_view value) {
  return Raw(key, 8, LengthAndText(value));
}

GgufBuilder& GgufBuilder::Uint(const std::string& key, std::uint32_t value) {
  return Raw(key, 4, BytesOf(value));
}

GgufBuilder& GgufBuilder::Float(const std::string& key, float value) { return Raw(key, 6, BytesOf(value)); }

GgufBuilder& GgufBuilder::Texts(const std::string& key, const std::vector<std::string>& values) {
  std::string bytes = ArrayHead(8, values.size());
  for (const std::string& value : values) bytes += LengthAndText(value);
  return Raw(key, 9, bytes);
}

GgufBuilder& GgufBuilder::Ints(const std::string& key, const std::vector<std::int32_t>& values) {
  std::string bytes = ArrayHead(5, values.size());
  for (const std::int32_t value : values) bytes += BytesOf(value);
  return Raw(key, 9, bytes);
}

GgufBuilder& GgufBuilder::WithoutKey(const std::string& key) {
  values_.erase(key);
  return *this;
}

GgufBuilder& GgufBuilder::Tensor(const std::string& name, std::vector<std::uint64_t> shape,
                                 std::uint32_t type, std::string data) {
  tensors_[name] = {std::move(shape), type, std::move(data)};
  return *this;
}

GgufBuilder& GgufBuilder::Floats(const std::string& name, std::vector<std::uint64_t> shape,
                                 std::span<const float> values) {
  return Tensor(name, std::move(shape), 0,
                std::string(reinterpret_cast<const char*>(values.data()), values.size_bytes()));
}

GgufBuilder& GgufBuilder::WithoutTensor(const std::string& name) {
  tensors_.erase(name);
  return *this;
}

std::string GgufBuilder::Build() const {
  std::string bytes = "GGUF" + BytesOf(version) + BytesOf(std::uint64_t{tensors_.size()} + extra_tensors) +
                      BytesOf(std::uint64_t{values_.size()} + extra_keys);
  for (const auto& [key, value] : values_) bytes += LengthAndText(key) + BytesOf(value.type) + value.bytes;
  std::string data;
  for (const auto& [name, tensor] : tensors_) {
    Align(data);
    bytes += LengthAndText(name) + BytesOf(static_cast<std::uint32_t>(tensor.shape.size()));
    for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent)
      bytes += BytesOf(*extent);
    bytes += BytesOf(tensor.type) + BytesOf(std::uint64_t{data.size()} + extra_offset);
    data += tensor.data;
  }
  Align(bytes);
  return bytes + data;
}

}  // namespace rad
