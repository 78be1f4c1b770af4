// language_model.h: what evaluation and generation need of a model, be it the teacher or a hybrid student.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/model/model_config.h"
#include "worker/model/model_file.h"

namespace rad {

// The state of decoding one or more sequences in step.
class DecodeState {
 public:
  virtual ~DecodeState() = default;
  // Feeds ids [b, t] (a prompt, or one token each) and returns the logits of the last position, [b, V].
  virtual at::Tensor Feed(const at::Tensor& ids) = 0;
  // Bytes that the state holds now, from the tensors themselves, by kind: "kv_cache", "ssm_state".
  virtual std::map<std::string, std::int64_t> MeasuredBytes() const = 0;
};

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual const ModelConfig& config() const = 0;
  // ids [b, t] int64 -> the residual stream after the final norm, [b, t, d].
  virtual at::Tensor HiddenStates(const at::Tensor& ids) const = 0;
  // hidden [.., d] -> logits [.., V].
  virtual at::Tensor Logits(const at::Tensor& hidden) const = 0;
  // An empty state for `batch` sequences of at most `context` tokens; K and V in `cache_dtype`.
  virtual std::unique_ptr<DecodeState> NewDecodeState(std::int64_t batch, std::int64_t context,
                                                      at::ScalarType cache_dtype) const = 0;
  // method.md's formula for one sequence with a bf16 cache, in bytes.
  virtual std::int64_t DecodingBytesByFormula(std::int64_t context) const = 0;
};

}  // namespace rad
