#include "worker/eval/answer_probe.h"

#include "absl/status/status.h"
#include "worker/ablation/answer_batch.h"
#include "worker/ablation/answer_forward.h"

namespace rad {
namespace {

constexpr std::int64_t kBatchTokens = 1024;  // a few examples: enough rows for fast GEMMs

}  // namespace

absl::StatusOr<ProbeRun> AnswerProbe(const LanguageModel& model, std::span<const ProbeExample> examples,
                                     const std::function<bool(std::int64_t)>& progress) {
  const c10::InferenceMode inference;
  ProbeRun run = EmptyRun(examples.size());
  ProbeRun* const runs[] = {&run};
  std::int64_t done = 0;
  for (const AnswerBatch& batch : MakeAnswerBatches(examples, kBatchTokens)) {
    const at::Tensor hidden = model.HiddenStates(batch.ids);
    ReadAnswers(batch, model.Logits(RowsAt(hidden, batch.positions)), runs);
    done += static_cast<std::int64_t>(batch.examples.size());
    if (!progress(done)) return absl::CancelledError("answering the probe was told to stop");
  }
  return run;
}

}  // namespace rad
