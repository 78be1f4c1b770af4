// How the sweep spends its arithmetic (score_flops.h counts it): an ablation of layer l changes nothing below
// l, so it starts from the unablated stream before l. The layer's heads are computed once, the ablated mixer
// is the whole mixer minus one head's columns (2*d*P FLOPs a token), and only MLP l and the layers above run
// again, on the average half the model. The tokens that the examples begin with run once for all of a batch.
// The last layer and the LM head run at the answer's rows alone. All 270 heads of SmolLM2 cost 2.9 TFLOP for
// an example of 104 tokens of its own.
//
// Where heads of many layers are asked for, threads take layers of one batch after another, so that batches
// may be large; otherwise a batch each.
#include "worker/ablation/score_heads.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "worker/ablation/answer_forward.h"
#include "worker/ablation/check_heads.h"
#include "worker/ablation/packed_forward.h"
#include "worker/ablation/side_by_side.h"
#include "worker/model/check_ids.h"

namespace rad {
namespace {

// With so many for each thread, the layers of a batch keep all threads busy to the end.
constexpr std::size_t kLayersAThread = 4;

bool IsByLayer(std::size_t layers) {
  return layers >= kLayersAThread * static_cast<std::size_t>(at::get_num_threads());
}

// Where the results of one head go.
struct Ablation {
  int head;
  ProbeRun* run;
};

class BatchScorer {
 public:
  BatchScorer(const Transformer& model, const PackedBatch& batch) : model_(model), batch_(batch) {}

  // Runs the batch with no head zeroed and keeps the stream before every layer up to `last`.
  void RunUpTo(int last) {
    before_.push_back(Embed(model_, batch_.ids));
    for (int layer = 0; layer < last; ++layer)
      before_.push_back(PackedLayer(model_, layer, batch_, before_.back()));
  }

  // Gives `scored` the number of heads finished after each group; false from it ends the layer early. Layers
  // may run side by side.
  bool RunLayer(int layer, std::span<const Ablation> ablations,
                const std::function<bool(std::int64_t)>& scored) const {
    const at::Tensor& x = before_.at(layer);
    const at::Tensor heads = PackedHeads(model_, layer, batch_, x);
    const at::Tensor mixed = x + at::linear(heads, model_.layers.at(layer).attention.o);
    const std::size_t group =
        std::max<std::int64_t>(1, (kScoreBatchTokens + batch_.tokens() / 2) / batch_.tokens());
    for (std::size_t begin = 0; begin < ablations.size(); begin += group) {
      const auto part = ablations.subspan(begin, std::min(group, ablations.size() - begin));
      RunGroup(layer, part, heads, mixed);
      if (!scored(part.size())) return false;
    }
    return true;
  }

 private:
  void RunGroup(int layer, std::span<const Ablation> ablations, const at::Tensor& heads,
                const at::Tensor& mixed) const {
    std::vector<at::Tensor> streams;
    std::vector<ProbeRun*> runs;
    for (const Ablation& ablation : ablations) {
      streams.push_back(WithoutHead(layer, ablation.head, heads, mixed));
      runs.push_back(ablation.run);
    }
    const at::Tensor stream = streams.size() == 1 ? streams.front() : at::cat(streams, 0);
    streams.clear();
    ReadAnswers(batch_, RowLogits(model_, FinishRows(layer, stream)), runs);
  }

  // The stream after the mixer of `layer`, with one head's columns of o_proj's input at zero.
  at::Tensor WithoutHead(int layer, int head, const at::Tensor& heads, const at::Tensor& mixed) const {
    const std::int64_t p = model_.config.head_dim;
    const at::Tensor slice = heads.narrow(2, head * p, p).reshape({-1, p});
    const at::Tensor columns = model_.layers[layer].attention.o.narrow(1, head * p, p);
    return mixed - at::linear(slice, columns).view(mixed.sizes());
  }

  // From the stream after the mixer of `layer` to the stream after the last layer, at the answers' rows.
  at::Tensor FinishRows(int layer, at::Tensor stream) const {
    const int last = model_.config.layers - 1;
    if (layer == last) stream = AnswerRows(batch_, stream);
    const LayerWeights& w = model_.layers[layer];
    stream = AfterMlp(model_, w, stream);
    if (layer == last) return stream;
    for (int above = layer + 1; above < last; ++above) stream = PackedLayer(model_, above, batch_, stream);
    return PackedLastLayer(model_, batch_, stream);
  }

  const Transformer& model_;
  const PackedBatch& batch_;
  std::vector<at::Tensor> before_;  // [layer] the unablated stream before it, [1, R, d]
};

// The unablated logits at the batch's answers, [E*A, V].
at::Tensor AnswerLogits(const Transformer& model, const PackedBatch& batch) {
  at::Tensor x = Embed(model, batch.ids);
  for (int layer = 0; layer + 1 < model.config.layers; ++layer) x = PackedLayer(model, layer, batch, x);
  return RowLogits(model, PackedLastLayer(model, batch, x));
}

absl::Status Stopped() { return absl::CancelledError("scoring heads was told to stop"); }

absl::Status CheckExamples(const ModelConfig& config, std::span<const ProbeExample> examples) {
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const ProbeExample& example = examples[i];
    if (absl::Status status = CheckIds(config, example.ids); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("examples[", i, "]: ", status.message()));
    }
    if (example.answer_len < 1 || example.answer_len >= static_cast<int>(example.ids.size())) {
      return absl::InvalidArgumentError(absl::StrCat("examples[", i, "].answer_len is ", example.answer_len,
                                                     "; it must be at least 1 and less than the ",
                                                     example.ids.size(), " ids"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<PackedBatch> ScoreBatches(const ModelConfig& config, std::span<const ProbeExample> examples,
                                      std::size_t layers) {
  return PackExamples(config, examples, kScoreBatchTokens, IsByLayer(layers) ? 1 : at::get_num_threads());
}

absl::StatusOr<std::vector<HeadRun>> ScoreHeads(const Transformer& model,
                                                std::span<const ProbeExample> examples,
                                                std::span<const HeadId> heads,
                                                const ScoreProgress& progress) {
  if (absl::Status status = CheckHeads(model.config, heads); !status.ok()) return status;
  if (absl::Status status = CheckExamples(model.config, examples); !status.ok()) return status;

  std::vector<HeadRun> runs;
  for (const HeadId& id : heads) runs.push_back({id, EmptyRun(examples.size())});
  std::map<int, std::vector<Ablation>> by_layer;
  for (auto& [id, run] : runs) by_layer[id.layer].push_back({id.head, &run});
  // From the lowest, which costs most: what runs last is short, so the threads end together.
  const std::vector<std::pair<int, std::vector<Ablation>>> layers(by_layer.begin(), by_layer.end());
  if (layers.empty()) return runs;

  const auto total = static_cast<std::int64_t>(heads.size() * examples.size());
  std::int64_t done = 0;
  std::mutex reporting;
  const auto batches = ScoreBatches(model.config, examples, layers.size());
  const auto score = [&](std::size_t b) {
    const c10::InferenceMode inference;
    const auto scored = [&](std::int64_t heads_done) {
      const std::lock_guard lock(reporting);
      return progress(done += heads_done * static_cast<std::int64_t>(batches[b].examples.size()), total);
    };
    BatchScorer scorer(model, batches[b]);
    scorer.RunUpTo(layers.back().first);
    return scored(0) && SideBySide(layers.size(), [&](std::size_t i) {
             return scorer.RunLayer(layers[i].first, layers[i].second, scored);
           });
  };
  bool go_on = true;
  if (IsByLayer(layers.size())) {
    for (std::size_t b = 0; go_on && b < batches.size(); ++b) go_on = score(b);
  } else {
    go_on = SideBySide(batches.size(), score);
  }
  if (!go_on) return Stopped();
  return runs;
}

absl::StatusOr<ProbeRun> ScoreBase(const Transformer& model, std::span<const ProbeExample> examples,
                                   const ScoreProgress& progress) {
  if (absl::Status status = CheckExamples(model.config, examples); !status.ok()) return status;
  ProbeRun run = EmptyRun(examples.size());
  std::int64_t done = 0;
  std::mutex reporting;
  const auto batches = PackExamples(model.config, examples, kScoreBatchTokens, at::get_num_threads());
  const bool finished = SideBySide(batches.size(), [&](std::size_t b) {
    ProbeRun* const runs[] = {&run};
    ReadAnswers(batches[b], AnswerLogits(model, batches[b]), runs);
    const std::lock_guard lock(reporting);
    return progress(done += static_cast<std::int64_t>(batches[b].examples.size()),
                    static_cast<std::int64_t>(examples.size()));
  });
  if (!finished) return Stopped();
  return run;
}

}  // namespace rad
