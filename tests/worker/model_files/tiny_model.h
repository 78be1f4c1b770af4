// tiny_model.h: the smallest models that are whole: two layers, hidden size 8, two query heads of 4 on one
// key-value head, MLP of 6, ten tokens. The number at [row, column] of a weight is 100 * row + column, plus
// 0.5 in layer 1.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/worker/model_files/gguf_builder.h"
#include "worker/model/safetensors.h"

namespace rad {

struct TinyWeight {
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
};

// By GGUF's and by Hugging Face's names. bias: with q, k and v biases; tied: without an output layer.
std::map<std::string, TinyWeight> TinyGgufWeights(bool bias, bool tied);
std::map<std::string, TinyWeight> TinyHuggingFaceWeights(bool bias, bool tied);

// architecture "llama" (no biases, output layer of its own) or "qwen2" (biases, tied).
GgufBuilder TinyGguf(const std::string& architecture);

nlohmann::json TinyConfigJson(const std::string& model_type);
void WriteText(const std::filesystem::path& path, const std::string& text);
// Whether the write succeeded is checked with an abort: a fixture, not a subject.
void WriteWeights(const std::filesystem::path& path, const std::map<std::string, TinyWeight>& weights);

// A fresh folder under the system's temporary one, removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rad
