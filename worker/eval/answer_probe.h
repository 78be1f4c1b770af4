// answer_probe.h: how many key-value questions a model answers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/statusor.h"
#include "worker/ablation/head_scores.h"
#include "worker/ablation/probe.h"
#include "worker/model/language_model.h"

namespace rad {

// Greedy exact match, read off one teacher-forced forward per example: the answer's first wrong token ends a
// greedy answer too. `progress` gets the examples done and returns false to stop (CANCELLED).
absl::StatusOr<ProbeRun> AnswerProbe(const LanguageModel& model, std::span<const ProbeExample> examples,
                                     const std::function<bool(std::int64_t)>& progress);

}  // namespace rad
