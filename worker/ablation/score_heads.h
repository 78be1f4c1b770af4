// score_heads.h: what every head is worth: the probe run with that head's output zeroed.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/head_scores.h"
#include "worker/ablation/packed_batch.h"
#include "worker/ablation/probe.h"
#include "worker/model/transformer.h"

namespace rad {

// Tokens that a product gets at once: enough rows for it to run at full speed, few enough that the
// activations (12 KiB a token in SmolLM2's MLP) stay near the processor.
inline constexpr std::int64_t kScoreBatchTokens = 1024;

// The batches that ScoreHeads runs for heads of so many layers.
std::vector<PackedBatch> ScoreBatches(const ModelConfig& config, std::span<const ProbeExample> examples,
                                      std::size_t layers);

// done of total (head, example) pairs; return false to stop.
using ScoreProgress = std::function<bool(std::int64_t done, std::int64_t total)>;

// Zeroes columns [h*P, (h+1)*P) of the input of layer l's o_proj at every position, for each head (l, h)
// asked for, and reads the answer off one teacher-forced forward. In the order asked for. CANCELLED when
// `progress` said stop, which may be called on any thread, on one at a time.
absl::StatusOr<std::vector<HeadRun>> ScoreHeads(const Transformer& model,
                                                std::span<const ProbeExample> examples,
                                                std::span<const HeadId> heads, const ScoreProgress& progress);

// The same with no head zeroed: done and total count examples.
absl::StatusOr<ProbeRun> ScoreBase(const Transformer& model, std::span<const ProbeExample> examples,
                                   const ScoreProgress& progress);

}  // namespace rad
