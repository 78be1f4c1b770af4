#include "worker/tools/bench/ablation_bench.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "worker/ablation/all_heads.h"
#include "worker/ablation/answer_batch.h"
#include "worker/ablation/answer_forward.h"
#include "worker/ablation/score_flops.h"
#include "worker/ablation/score_heads.h"
#include "worker/model/model_file.h"
#include "worker/model/working_dtype.h"
#include "worker/tools/bench/peer_process.h"
#include "worker/tools/bench/service_bench.h"
#include "worker/tools/bench/temporary_bench_folder.h"
#include "worker/tools/bench/turns.h"
#include "worker/tools/examples_json.h"

namespace rad {
namespace {

// The sweep is cut into slices of so many examples, and after each of them every peer is measured some times.
constexpr std::size_t kSliceExamples = 4;
constexpr int kTurnsASlice = 4;
constexpr int kRaceExamples = 128;  // the default budget of a race, of which it spends a part
constexpr int kAnswerChoices = 10;  // of a probe with ten pairs: the authors' code scores each

class Sweep {
 public:
  Sweep(const Transformer& model, std::span<const ProbeExample> examples, PeerProcess* transformers)
      : gemm(model.dtype()), model_(model), examples_(examples), transformers_(transformers) {}

  absl::Status Run() {
    const std::vector<HeadId> heads = AllHeads(model_.config);
    absl::Status status = TakeTurns();
    Forget();  // that was the warm-up
    for (std::size_t begin = 0; status.ok() && begin < examples_.size(); begin += kSliceExamples) {
      const auto slice = examples_.subspan(begin, std::min(kSliceExamples, examples_.size() - begin));
      ours_seconds += Seconds([&] {
        status = ScoreHeads(model_, slice, heads, [](std::int64_t, std::int64_t) { return true; }).status();
      });
      flops += ScoreFlops(model_.config, slice, heads);
      for (int turn = 0; status.ok() && turn < kTurnsASlice; ++turn) status = TakeTurns();
    }
    return status;
  }

  double ours_seconds = 0, flops = 0;
  GemmPeak gemm;
  Turns forward, single, transformers;

 private:
  absl::Status TakeTurns() {
    ++turn_;
    gemm.Measure();
    forward.Add(Seconds([&] { FullForward(examples_); }));
    single.Add(Seconds([&] { FullForward(examples_.subspan(turn_ % examples_.size(), 1)); }));
    if (transformers_ == nullptr) return absl::OkStatus();
    const auto seconds = transformers_->RunOnceSeconds();
    if (!seconds.ok()) return seconds.status();
    transformers.Add(*seconds);
    return absl::OkStatus();
  }

  void Forget() {
    gemm.Forget();
    forward = single = transformers = {};
  }

  // The whole model on the examples, logits at every position, as a run with one head zeroed costs without
  // any of the sharing: which head that is changes nothing about its cost.
  void FullForward(std::span<const ProbeExample> examples) const {
    const c10::InferenceMode inference;
    for (const AnswerBatch& batch : MakeAnswerBatches(examples, kScoreBatchTokens))
      Logits(model_, HiddenStates(model_, batch.ids));
  }

  const Transformer& model_;
  const std::span<const ProbeExample> examples_;
  PeerProcess* const transformers_;  // may be null
  std::size_t turn_ = 0;
};

void EmitRows(const Sweep& sweep, std::int64_t heads, std::int64_t examples, const EmitRow& emit) {
  const double gflops = sweep.flops / sweep.ours_seconds / 1e9;
  const double peak = sweep.gemm.Flops() / 1e9;
  emit({"gemm_peak", peak, "GFLOP/s", {}, {}});
  emit({"exhaustive_seconds", sweep.ours_seconds, "s", {}, {}});
  emit({"exhaustive_evaluations_per_second",
        static_cast<double>(heads * examples) / sweep.ours_seconds,
        "1/s",
        {},
        {}});
  emit({"exhaustive_gemm_share", gflops / peak, "ratio", peak, gflops / peak});
  const auto against = [&](const char* name, double peer_seconds) {
    emit({name, sweep.ours_seconds, "s", peer_seconds, peer_seconds / sweep.ours_seconds});
  };
  const auto n = static_cast<double>(heads);
  against("exhaustive_vs_forward_per_head", n * sweep.forward.Mean());
  if (sweep.transformers.count > 0) against("exhaustive_vs_transformers", n * sweep.transformers.Mean());
  against("exhaustive_vs_authors_loop",
          n * static_cast<double>(examples) * kAnswerChoices * sweep.single.Mean());
}

std::unique_ptr<PeerProcess> StartTransformers(const AblationBench& bench,
                                               const std::filesystem::path& examples, at::ScalarType dtype) {
  auto peer =
      PeerProcess::Start({"python3", bench.peer_script.string(), bench.model.string(), examples.string(),
                          dtype == at::kBFloat16 ? "bf16" : "float32", absl::StrCat(at::get_num_threads())});
  if (peer.ok()) return *std::move(peer);
  std::cerr << "bench: no rows against transformers: " << peer.status().message() << "\n";
  return nullptr;
}

}  // namespace

absl::Status RunAblationBench(const AblationBench& bench, const EmitRow& emit) {
  const auto file = OpenModelFile(bench.model);
  if (!file.ok()) return file.status();
  const auto tokenizer = OpenTokenizer(bench.model);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto model = LoadTransformer(**file, WorkingDtype(bench.precision));
  if (!model.ok()) return model.status();
  const auto examples = MakeProbe({.pairs = bench.pairs, .seed = 1}, **tokenizer, 0, bench.examples);
  if (!examples.ok()) return examples.status();
  const TemporaryBenchFolder folder;
  const std::filesystem::path written = folder.path() / "examples.json";
  std::ofstream(written) << ExamplesJson(*examples);
  auto transformers = StartTransformers(bench, written, model->dtype());
  std::cerr << "bench: " << bench.examples << " examples of " << bench.pairs << " pairs, " << model->dtype()
            << ", " << at::get_num_threads() << " threads; peers are measured in turns after each "
            << kSliceExamples << " examples of the sweep and their totals extrapolated from those\n";
  Sweep sweep(*model, *examples, transformers.get());
  if (absl::Status status = sweep.Run(); !status.ok()) return status;
  transformers.reset();
  EmitRows(sweep, model->config.layers * model->config.heads, bench.examples, emit);
  if (absl::Status status = BenchTwoWorkers({bench.model, written, folder.path(), bench.precision}, emit);
      !status.ok())
    return status;
  if (absl::Status status = BenchRaceAgreement(bench.test_data, folder.path(), emit); !status.ok())
    std::cerr << "bench: no rows of the race's agreement (target tests/all builds the program): "
              << status.message() << "\n";
  return BenchRace(
      {bench.model, bench.precision, folder.path(), kAnswerChoices * sweep.single.Mean(), kRaceExamples},
      emit);
}

}  // namespace rad
