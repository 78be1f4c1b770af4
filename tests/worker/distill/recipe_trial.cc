// recipe_trial: the training recipe on a real teacher, without the service around it: aligns, distils
// students with several sets of kept heads, and prints what each retrieves. For tuning; run by hand.
//   recipe_trial MODEL 'TEXT GLOB' [name=value ...]
// On SmolLM2 (teacher 39 of 64, perplexity 26.6), the top 5 heads kept, n=8 align=16384 kd=6144 ppl=2048
// examples=64, one seed, right answers and perplexity after alignment / after distillation:
//   replace, target=head    30, 148 / 28, 78      sum, target=head        29, 148 / 32, 78
//   replace, target=layer   14,  94 / 49, 75      adapter, target=head     1, 131 / 23, 93
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "worker/ablation/split_mix.h"
#include "worker/data/held_out.h"
#include "worker/distill/head_aligner.h"
#include "worker/distill/init_heads.h"
#include "worker/distill/join_student.h"
#include "worker/distill/layer_aligner.h"
#include "worker/distill/learning_rate.h"
#include "worker/distill/student_trainer.h"
#include "worker/model/hybrid.h"
#include "worker/model/working_dtype.h"

namespace rad {
namespace {

using Clock = std::chrono::steady_clock;
double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

std::map<std::string, std::string> settings = {
    {"n", "8"},          {"align", "20480"}, {"align_lr", "1e-3"}, {"align_batch", "4"}, {"kd", "9216"},
    {"kd_lr", "3e-4"},   {"kd_batch", "3"},  {"seed", "0"},        {"examples", "128"},  {"kept", "top5"},
    {"ppl", "0"},        {"save", ""},       {"load", ""},         {"share", "0.5"},     {"tokens", "128"},
    {"p", "0"},          {"warmup", "0.03"}, {"decay", "0.5"},     {"join", "replace"},  {"target", "head"},
    {"fit_adapter", "1"}};
double Number(const std::string& name) { return std::atof(settings.at(name).c_str()); }

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  if (!value.ok()) std::exit(1);
  return *std::move(value);
}

struct Answers {
  std::vector<ProbeExample> examples;
};

template <typename Model>
int CountCorrect(const Model& model, const Transformer& head, const std::vector<ProbeExample>& examples) {
  const at::NoGradGuard no_grad;
  int correct = 0;
  for (std::size_t begin = 0; begin < examples.size(); begin += 8) {
    const std::size_t end = std::min(begin + 8, examples.size());
    std::size_t longest = 0;
    for (std::size_t i = begin; i < end; ++i) longest = std::max(longest, examples[i].ids.size());
    at::Tensor ids =
        at::zeros({static_cast<std::int64_t>(end - begin), static_cast<std::int64_t>(longest)}, at::kLong);
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t t = 0; t < examples[i].ids.size(); ++t) {
        ids[static_cast<std::int64_t>(i - begin)][static_cast<std::int64_t>(t)] = examples[i].ids[t];
      }
    }
    const at::Tensor hidden = HiddenStates(model, ids);
    for (std::size_t i = begin; i < end; ++i) {
      const auto length = static_cast<std::int64_t>(examples[i].ids.size());
      const std::int64_t n = examples[i].answer_len;
      const auto row = static_cast<std::int64_t>(i - begin);
      const at::Tensor predicted = Logits(head, hidden[row].slice(0, length - n - 1, length - 1)).argmax(-1);
      if (at::equal(predicted, ids[row].slice(0, length - n, length))) ++correct;
    }
  }
  return correct;
}

template <typename Model>
double Perplexity(const Model& model, const Transformer& head,
                  const std::vector<std::vector<TokenId>>& sequences) {
  const at::NoGradGuard no_grad;
  double nll = 0;
  std::int64_t count = 0;
  for (const std::vector<TokenId>& sequence : sequences) {
    const at::Tensor ids =
        at::tensor(std::vector<std::int64_t>(sequence.begin(), sequence.end())).unsqueeze(0);
    const at::Tensor logits = Logits(head, HiddenStates(model, ids)[0].slice(0, 0, ids.size(1) - 1));
    nll += -at::log_softmax(logits.to(at::kFloat), -1)
                .gather(1, ids[0].slice(0, 1).unsqueeze(1))
                .sum()
                .item<double>();
    count += ids.size(1) - 1;
  }
  return std::exp(nll / static_cast<double>(count));
}

std::vector<HeadId> Kept(const std::string& name, const ModelConfig& config) {
  const std::vector<HeadId> ranking = {{16, 0}, {18, 6}, {1, 0},  {8, 0},  {16, 2},
                                       {17, 8}, {19, 1}, {16, 1}, {17, 2}, {2, 7}};
  if (name.starts_with("top")) return {ranking.begin(), ranking.begin() + std::atoi(name.c_str() + 3)};
  std::vector<HeadId> all;
  for (int l = 0; l < config.layers; ++l) {
    for (int h = 0; h < config.heads; ++h) all.push_back({l, h});
  }
  if (name == "all") return all;
  SplitMix random({std::strtoull(name.c_str() + 6, nullptr, 10), 77});
  if (name == "none") return {};
  return random.Sample(all, 5);  // "randomSEED"
}

void Raw(const std::vector<NamedTensor>& tensors, const std::string& path, bool write) {
  std::fstream file(path, std::ios::binary | (write ? std::ios::out : std::ios::in));
  for (const NamedTensor& named : tensors) {
    auto* bytes = static_cast<char*>(named.tensor.data_ptr());
    const auto size = static_cast<std::streamsize>(named.tensor.nbytes());
    write ? static_cast<void>(file.write(bytes, size)) : static_cast<void>(file.read(bytes, size));
  }
  if (!file) std::exit((std::fprintf(stderr, "cannot use %s\n", path.c_str()), 1));
}

template <typename Aligner>
void Align(Aligner& aligner, const TrainingData& data) {
  const int batch = static_cast<int>(Number("align_batch"));
  const auto steps = static_cast<std::int64_t>(Number("align") / (batch * Number("tokens")));
  const LearningRateSchedule schedule{Number("align_lr"), steps, Number("warmup"), Number("decay")};
  const Clock::time_point start = Clock::now();
  double last = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    const BatchTensors tensors = ToTensors(Must(data.Batch(DataStream::kAlign, step, batch)));
    const AlignStep result = aligner.Step(tensors, LearningRateAt(schedule, step), 0, step);
    last = result.relative_error;
    if (step % 8 == 0)
      std::printf("align %ld/%ld loss %.4f error %.4f skipped %d, %.1f s\n", step, steps, result.loss, last,
                  result.skipped_layers, Seconds(start));
    std::fflush(stdout);
  }
  std::printf("align: error %.4f, %.0f tokens in %.1f s\n", last, Number("align"), Seconds(start));
}

void Distill(StudentTrainer& trainer, const TrainingData& data, const std::string& name) {
  const int batch = static_cast<int>(Number("kd_batch"));
  const auto steps = static_cast<std::int64_t>(Number("kd") / (batch * Number("tokens")));
  const LearningRateSchedule schedule{Number("kd_lr"), steps, Number("warmup"), Number("decay")};
  const Clock::time_point start = Clock::now();
  for (std::int64_t step = 0; step < steps; ++step) {
    const BatchTensors tensors = ToTensors(Must(data.Batch(DataStream::kDistill, step, batch)));
    const DistillStep result = trainer.Step(tensors, LearningRateAt(schedule, step), 0, step);
    if (step % 8 == 0)
      std::printf("  %s %ld/%ld kd %.4f %.1f s\n", name.c_str(), step, steps, result.loss, Seconds(start));
    std::fflush(stdout);
  }
  std::printf("  %s: %.0f tokens in %.1f s\n", name.c_str(), Number("kd"), Seconds(start));
}

// Of the layers that keep heads: what the join starts with, relative to what the teacher's attention adds.
double JoinError(const Transformer& teacher, const HybridStudent& student, const BatchTensors& batch) {
  const at::NoGradGuard no_grad;
  double error = 0;
  int layers = 0;
  const Rope rope = MakeRope(teacher.config, 0, batch.ids.size(1));
  WalkTeacher(teacher, batch, [&](const LayerView& view) {
    const HybridLayer& layer = student.layers[static_cast<std::size_t>(view.layer)];
    if (layer.split.kept.empty()) return;
    const auto norm = [](const at::Tensor& x) { return x.to(at::kFloat).norm(2, -1).mean().item<double>(); };
    const at::Tensor output = HybridMixer(teacher.config, layer, view.normed, rope, batch.document);
    error += norm(output - view.output) / norm(view.output);
    ++layers;
  });
  return layers == 0 ? 0 : error / layers;
}

int Run(int argc, char** argv) {
  for (int i = 3; i < argc; ++i) {
    const std::pair<std::string, std::string> setting = absl::StrSplit(argv[i], absl::MaxSplits('=', 1));
    settings.at(setting.first) = setting.second;
  }
  const auto seed = static_cast<std::uint64_t>(Number("seed"));
  const std::unique_ptr<ModelFile> file = Must(OpenModelFile(argv[1]));
  const std::unique_ptr<Tokenizer> tokenizer = Must(OpenTokenizer(argv[1]));
  const Transformer teacher = Must(LoadTransformer(*file, WorkingDtype(FastestPrecision())));
  DataSpec spec{.text = {argv[2]}, .retrieval_share = Number("share"), .seed = seed};
  spec.sequence_tokens = static_cast<std::int64_t>(Number("tokens"));
  spec.prompts.pairs = 10;
  const TrainingData data = Must(TrainingData::Open(spec, *tokenizer));
  const int examples = static_cast<int>(Number("examples"));
  const std::vector<ProbeExample> probe =
      Must(MakeProbe({.pairs = 10, .seed = 1234, .split = ProbeSplit::kEvaluate}, *tokenizer, 0, examples));
  std::vector<std::vector<TokenId>> text;
  if (Number("ppl") > 0)
    text = Must(HeldOutSequences(Must(OpenCorpus(spec, *tokenizer)), spec.sequence_tokens,
                                 static_cast<std::int64_t>(Number("ppl"))));
  const auto report = [&](const std::string& what, const auto& model) {
    const Clock::time_point start = Clock::now();
    const int correct = CountCorrect(model, teacher, probe);
    const double ppl = text.empty() ? 0 : Perplexity(model, teacher, text);
    std::printf("RESULT %-24s %4d/%d = %.3f ppl %.1f (%.1f s)\n", what.c_str(), correct, examples,
                static_cast<double>(correct) / examples, ppl, Seconds(start));
    std::fflush(stdout);
  };
  report("teacher", teacher);
  const Clock::time_point start = Clock::now();
  const BatchTensors calibration = Must(CalibrationBatch(data));
  const SsmSize size{static_cast<std::int64_t>(Number("n")), static_cast<std::int64_t>(Number("p"))};
  HeadAligner aligner(teacher, size, calibration);
  std::printf("calibrated in %.1f s\n", Seconds(start));
  const bool by_layer = settings.at("target") == "layer";
  if (!settings.at("load").empty())
    Raw(aligner.Weights(), settings.at("load"), false);
  else if (!by_layer)
    Align(aligner, data);
  if (!settings.at("save").empty()) Raw(aligner.Weights(), settings.at("save"), true);
  for (const auto& name : absl::StrSplit(settings.at("kept"), ',')) {
    const std::string kept_name(name);
    StudentIdentity identity{size, Kept(kept_name, teacher.config)};
    identity.join = JoinNamed(settings.at("join")).value();
    std::sort(identity.kept.begin(), identity.kept.end());
    HybridStudent student = JoinStudent(teacher, identity, aligner.mixers(), calibration);
    if (Number("fit_adapter") == 0) {  // as MakeHybridLayer leaves it
      const std::vector<std::vector<int>> kept = KeptByLayer(teacher.config, identity.kept);
      for (std::size_t l = 0; l < kept.size(); ++l) {
        student.layers[l] = MakeHybridLayer(teacher.config, teacher.layers[l].attention, kept[l],
                                            identity.join, aligner.mixers()[l]);
      }
    }
    if (by_layer) {
      LayerAligner layers(teacher, std::move(student));
      Align(layers, data);
      student = layers.student();
    }
    const BatchTensors unseen = ToTensors(Must(data.Batch(DataStream::kDistill, 1 << 20, 8)));
    std::printf("join error %.4f in the layers that keep heads\n", JoinError(teacher, student, unseen));
    report(kept_name + " aligned", student);
    if (Number("kd") < 1) continue;
    StudentTrainer trainer(teacher, std::move(student), {});
    Distill(trainer, data, kept_name);
    report(kept_name + " distilled", trainer.student());
  }
  return 0;
}

}  // namespace
}  // namespace rad

int main(int argc, char** argv) { return rad::Run(argc, argv); }
