// bench ablation|parallel [MODEL] [-o json]: measured figures, each against a named peer in the same run.
#include <CLI/CLI.hpp>
#include <iostream>

#include "worker/tools/bench/ablation_bench.h"
#include "worker/tools/bench/parallel_bench.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {

int BenchTool(int argc, char** argv) {
  CLI::App app{"Measured speed, against peers in the same run"};
  std::string format = "table";
  app.require_subcommand(1);
  CLI::App* ablation = app.add_subcommand("ablation", "scoring heads");
  AblationBench bench{.model = ".deps/models/SmolLM2-135M-Instruct.Q4_1.gguf",
                      .peer_script = "tests/bench/transformers_forward.py"};
  ablation
      ->add_option("MODEL", bench.model, "a .gguf file; the default is what deploy/fetch_teacher.sh fetches")
      ->capture_default_str();
  ablation->add_option("--peer-script", bench.peer_script, "forward passes by Hugging Face transformers")
      ->capture_default_str();
  ablation->add_option("--examples", bench.examples, "probe examples")->check(CLI::Range(1, 10000));
  ablation->add_option("-o,--output", format, "table or json (JSON lines)")
      ->check(CLI::IsMember({"table", "json"}));
  CLI::App* parallel = app.add_subcommand("parallel", "distilling by two ranks against one");
  ParallelBench parallel_bench{.model = bench.model};
  parallel->add_option("MODEL", parallel_bench.model, "as for ablation")->capture_default_str();
  parallel->add_option("--sequences", parallel_bench.batch_sequences, "of a training batch")
      ->check(CLI::Range(2, 10000))
      ->capture_default_str();
  parallel->add_option("--tokens", parallel_bench.sequence_tokens, "of a sequence")
      ->check(CLI::Range(8, 100000))
      ->capture_default_str();
  parallel->add_option("-o,--output", format, "table or json (JSON lines)")
      ->check(CLI::IsMember({"table", "json"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const BenchOutput output = format == "json" ? BenchOutput::kJsonLines : BenchOutput::kTable;
  const EmitRow emit = [&](const BenchRow& row) { PrintRow(std::cout, output, row); };
  const absl::Status status =
      *parallel ? RunParallelBench(parallel_bench, emit) : RunAblationBench(bench, emit);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace rad
