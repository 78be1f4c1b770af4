// bench ablation [MODEL] [-o json]: measured figures, each against a named peer in the same run.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <string>

#include "worker/tools/bench/ablation_bench.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {

namespace {

const std::map<std::string, Precision> kPrecisions = {{"float32", Precision::kFloat32},
                                                      {"bf16", Precision::kBfloat16}};

}  // namespace

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
  ablation
      ->add_option("--dtype", bench.precision,
                   "float32 or bf16; the default is what this processor is fast in")
      ->transform(CLI::CheckedTransformer(kPrecisions));
  ablation->add_option("--examples", bench.examples, "probe examples")->check(CLI::Range(1, 10000));
  ablation->add_option("-o,--output", format, "table or json (JSON lines)")
      ->check(CLI::IsMember({"table", "json"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const BenchOutput output = format == "json" ? BenchOutput::kJsonLines : BenchOutput::kTable;
  const absl::Status status =
      RunAblationBench(bench, [&](const BenchRow& row) { PrintRow(std::cout, output, row); });
  return status.ok() ? 0 : Fail(status);
}

}  // namespace rad
