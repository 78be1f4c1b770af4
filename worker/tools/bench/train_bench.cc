#include "worker/tools/bench/train_bench.h"

#include <ATen/Parallel.h>

#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/data/training_data.h"
#include "worker/distill/head_aligner.h"
#include "worker/distill/join_student.h"
#include "worker/distill/student_trainer.h"
#include "worker/distill/training_flops.h"
#include "worker/model/model_file.h"
#include "worker/model/working_dtype.h"
#include "worker/text/tokenizer.h"
#include "worker/tools/bench/checkpoint_bench.h"
#include "worker/tools/bench/peer_process.h"
#include "worker/tools/bench/step_race.h"
#include "worker/tools/bench/temporary_bench_folder.h"

namespace rad {
namespace {

constexpr int kStateDims[] = {8, 64};
constexpr int kBatches = 4;  // taken round and round
constexpr int kAlignSequences = 4, kDistillSequences = 3;
constexpr double kLearningRate = 1e-4;  // no figure depends on it
constexpr std::uint64_t kSeed = 0;
constexpr HeadId kKept[] = {
    {1, 0}, {8, 0}, {16, 0}, {16, 2}, {18, 6}};  // of SmolLM2, as a ranking finds them

nlohmann::json Rows(const at::Tensor& tensor) {  // [b, t] int64
  nlohmann::json rows = nlohmann::json::array();
  for (std::int64_t i = 0; i < tensor.size(0); ++i) {
    const at::Tensor row = tensor[i].contiguous();
    const std::int64_t* data = row.const_data_ptr<std::int64_t>();
    rows.push_back(std::vector<std::int64_t>(data, data + row.numel()));
  }
  return rows;
}

nlohmann::json BatchJson(const BatchTensors& batch, std::int64_t step) {
  const at::Tensor document = batch.document.defined() ? batch.document : at::zeros_like(batch.ids);
  const LossPositions positions = ChooseLossPositions(batch.is_answer, kSeed, step);
  const float* weight = positions.weight.const_data_ptr<float>();
  return {{"ids", Rows(batch.ids)},
          {"document", Rows(document)},
          {"positions", Rows(positions.index.unsqueeze(0))[0]},
          {"weights", std::vector<float>(weight, weight + positions.weight.numel())}};
}

// Of a step, on average.
double LossPositionsEach(const std::vector<BatchTensors>& batches) {
  double positions = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const auto chosen = ChooseLossPositions(batches[i].is_answer, kSeed, static_cast<std::int64_t>(i));
    positions += static_cast<double>(chosen.index.numel());
  }
  return positions / static_cast<double>(batches.size());
}

class Bench {
 public:
  Bench(const TrainBench& options, Transformer teacher, TrainingData data, const EmitRow& emit)
      : options_(options), teacher_(std::move(teacher)), data_(std::move(data)), emit_(emit) {}

  absl::Status Run() {
    for (const int state_dim : kStateDims) {
      if (absl::Status status = RunStateDim(state_dim); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status RunStateDim(int state_dim) {
    const auto calibration = Batches(DataStream::kCalibrate, 8, 1);
    const auto align = Batches(DataStream::kAlign, kAlignSequences, kBatches);
    const auto distill = Batches(DataStream::kDistill, kDistillSequences, kBatches);
    for (const auto* batches : {&calibration, &align, &distill})
      if (!batches->ok()) return batches->status();
    auto aligner = std::make_unique<HeadAligner>(teacher_, SsmSize{state_dim}, calibration->front());
    absl::Status status =
        Race("align", state_dim, *align, AlignStepFlops(teacher_.config, Shape(kAlignSequences, state_dim)),
             [&](const BatchTensors& batch, std::int64_t step) {
               aligner->Step(batch, kLearningRate, kSeed, step);
             });
    if (status.ok() && state_dim == kStateDims[0])
      status = BenchCheckpoints(folder_.path(), *aligner, *align, emit_);
    if (!status.ok()) return status;
    StudentTrainer trainer(teacher_, Student(state_dim, aligner->mixers()), {});
    aligner.reset();
    return Race(
        "kd", state_dim, *distill,
        DistillStepFlops(teacher_.config, Shape(kDistillSequences, state_dim), LossPositionsEach(*distill)),
        [&](const BatchTensors& batch, std::int64_t step) {
          trainer.Step(batch, kLearningRate, kSeed, step);
        });
  }

  absl::Status Race(const std::string& name, int state_dim, const std::vector<BatchTensors>& batches,
                    double flops, std::function<void(const BatchTensors&, std::int64_t)> train) {
    const auto peer = StartPeer(name, state_dim, batches);
    StepRace race({name, flops, std::move(train), batches}, teacher_.dtype(), peer.get());
    if (absl::Status status = race.Run(options_.turns); !status.ok()) return status;
    return race.Emit(absl::StrCat("_n", state_dim), emit_);
  }

  StepShape Shape(int sequences, int state_dim) const {
    return {sequences, DataSpec().sequence_tokens, state_dim};
  }

  absl::StatusOr<std::vector<BatchTensors>> Batches(DataStream stream, int sequences, int count) const {
    std::vector<BatchTensors> batches;
    for (int step = 0; step < count; ++step) {
      const auto batch = data_.Batch(stream, step, sequences);
      if (!batch.ok()) return batch.status();
      batches.push_back(ToTensors(*batch));
    }
    return batches;
  }

  std::vector<HeadId> Kept() const {
    std::vector<HeadId> kept;
    for (const HeadId& head : kKept) {
      if (head.layer < teacher_.config.layers && head.head < teacher_.config.heads) kept.push_back(head);
    }
    return kept;
  }

  HybridStudent Student(int state_dim, const std::vector<Mamba2Weights>& mixers) const {
    return JoinStudent(teacher_, {.ssm = {state_dim}, .kept = Kept()}, mixers, {});
  }

  // Null, with a message, where Python has no PyTorch.
  std::unique_ptr<PeerProcess> StartPeer(const std::string& step, int state_dim,
                                         const std::vector<BatchTensors>& batches) const {
    nlohmann::json work{{"model", options_.model.string()},
                        {"step", step},
                        {"dtype", teacher_.dtype() == at::kBFloat16 ? "bf16" : "float32"},
                        {"threads", at::get_num_threads()},
                        {"state_dim", state_dim},
                        {"kept", KeptByLayer(teacher_.config, Kept())}};
    for (std::size_t i = 0; i < batches.size(); ++i)
      work["batches"].push_back(BatchJson(batches[i], static_cast<std::int64_t>(i)));
    const std::filesystem::path path = folder_.path() / "work.json";
    std::ofstream(path) << work.dump();
    auto peer = PeerProcess::Start({"python3", options_.peer_script.string(), path.string()});
    if (peer.ok()) return *std::move(peer);
    std::cerr << "bench: no rows against eager PyTorch: " << peer.status().message() << "\n";
    return nullptr;
  }

  const TrainBench& options_;
  const Transformer teacher_;
  const TrainingData data_;
  const EmitRow& emit_;
  const TemporaryBenchFolder folder_;
};

absl::StatusOr<Transformer> LoadTeacher(const std::filesystem::path& path) {
  const auto file = OpenModelFile(path);  // closed again: what it has mapped would count as memory
  if (!file.ok()) return file.status();
  return LoadTransformer(**file, WorkingDtype(FastestPrecision()));
}

}  // namespace

absl::Status RunTrainBench(const TrainBench& bench, const EmitRow& emit) {
  auto teacher = LoadTeacher(bench.model);
  if (!teacher.ok()) return teacher.status();
  const auto tokenizer = OpenTokenizer(bench.model);
  if (!tokenizer.ok()) return tokenizer.status();
  auto data = TrainingData::Open({.text = {bench.text}}, **tokenizer);
  if (!data.ok()) return data.status();
  std::cerr << "bench: sequences of " << DataSpec().sequence_tokens << " tokens, " << teacher->dtype() << ", "
            << at::get_num_threads() << " threads, " << bench.turns << " turns\n";
  return Bench(bench, *std::move(teacher), *std::move(data), emit).Run();
}

}  // namespace rad
