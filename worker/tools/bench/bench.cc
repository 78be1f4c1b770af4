// bench ablation|train|parallel|memory [MODEL] [-o json]: measured figures, each against a named peer in the
// same run.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <string>

#include "worker/tools/bench/ablation_bench.h"
#include "worker/tools/bench/memory_bench.h"
#include "worker/tools/bench/parallel_bench.h"
#include "worker/tools/bench/train_bench.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

constexpr char kModel[] = ".deps/models/SmolLM2-135M-Instruct.Q4_1.gguf";

CLI::App* AddBench(CLI::App& app, const char* name, const char* what, std::filesystem::path& model,
                   std::string& format) {
  CLI::App* bench = app.add_subcommand(name, what);
  bench->add_option("MODEL", model, "a .gguf file; the default is what deploy/fetch_teacher.sh fetches")
      ->capture_default_str();
  bench->add_option("-o,--output", format, "table or json (JSON lines)")
      ->check(CLI::IsMember({"table", "json"}));
  return bench;
}

void AddBatchSize(CLI::App& bench, int least_sequences, int& sequences, int& tokens) {
  bench.add_option("--sequences", sequences, "of a training batch")
      ->check(CLI::Range(least_sequences, 10000))
      ->capture_default_str();
  bench.add_option("--tokens", tokens, "of a sequence")->check(CLI::Range(8, 100000))->capture_default_str();
}

const std::map<std::string, Precision> kPrecisions = {{"float32", Precision::kFloat32},
                                                      {"bf16", Precision::kBfloat16}};

}  // namespace

int BenchTool(int argc, char** argv) {
  CLI::App app{"Measured speed, against peers in the same run"};
  std::string format = "table";
  app.require_subcommand(1);
  AblationBench scoring{
      .model = kModel, .peer_script = "tests/bench/transformers_forward.py", .test_data = "tests/data"};
  CLI::App* ablation = AddBench(app, "ablation", "scoring heads", scoring.model, format);
  ablation->add_option("--peer-script", scoring.peer_script, "forward passes by Hugging Face transformers")
      ->capture_default_str();
  ablation
      ->add_option("--dtype", scoring.precision,
                   "float32 or bf16; the default is what this processor is fast in")
      ->transform(CLI::CheckedTransformer(kPrecisions));
  ablation->add_option("--examples", scoring.examples, "probe examples")->check(CLI::Range(1, 10000));
  TrainBench training{
      .model = kModel, .peer_script = "tests/bench/eager_training.py", .text = ".deps/text/*.txt"};
  CLI::App* train = AddBench(app, "train", "aligning and distilling", training.model, format);
  train->add_option("--peer-script", training.peer_script, "the same steps in eager PyTorch")
      ->capture_default_str();
  train->add_option("--text", training.text, "plain text files to train on")->capture_default_str();
  train->add_option("--turns", training.turns, "steps measured of each kind")->check(CLI::Range(1, 1000));
  ParallelBench gang{.model = kModel};
  CLI::App* parallel = AddBench(app, "parallel", "distilling by two ranks against one", gang.model, format);
  AddBatchSize(*parallel, 2, gang.batch_sequences, gang.sequence_tokens);
  MemoryBench steps{.model = kModel};
  CLI::App* memory = AddBench(app, "memory", "what makes a distillation step smaller", steps.model, format);
  AddBatchSize(*memory, 1, steps.batch_sequences, steps.sequence_tokens);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const BenchOutput output = format == "json" ? BenchOutput::kJsonLines : BenchOutput::kTable;
  const EmitRow emit = [&](const BenchRow& row) { PrintRow(std::cout, output, row); };
  const absl::Status status = train->parsed()      ? RunTrainBench(training, emit)
                              : parallel->parsed() ? RunParallelBench(gang, emit)
                              : memory->parsed()   ? RunMemoryBench(steps, emit)
                                                   : RunAblationBench(scoring, emit);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace rad
