// text_loss.h: how well a model predicts text, and how far its predictions are from the teacher's.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/language_model.h"
#include "worker/text/tokenizer.h"

namespace rad {

struct TextLoss {
  std::int64_t tokens = 0;  // predicted: all but the first of each sequence
  double nll = 0;           // mean over them, nats; exp of it is the perplexity
  double kl = 0;            // mean KL(teacher || model), nats; 0 without a teacher to compare with
};

// teacher: null to leave out the KL; else of the same vocabulary. Sequences of fewer than 2 tokens predict
// nothing. `progress` gets the tokens done and returns false to stop (CANCELLED).
absl::StatusOr<TextLoss> MeasureText(const LanguageModel& model, const LanguageModel* teacher,
                                     const std::vector<std::vector<TokenId>>& sequences,
                                     const std::function<bool(std::int64_t)>& progress);

}  // namespace rad
