// rad-executor: everything that computes. rad-worker starts it: once per task attempt, and for the tools.
#include <exception>
#include <iostream>
#include <string_view>

#include "worker/device/host_memory.h"
#include "worker/tools/tools.h"

namespace {

struct Tool {
  std::string_view name;
  int (*main)(int argc, char** argv);
  std::string_view help;
};

constexpr Tool kTools[] = {
    {"run-task", rad::RunTaskTool, "one attempt at a task, for the agent"},
    {"inspect", rad::InspectTool, "what a model file holds"},
    {"tokenize", rad::TokenizeTool, "texts to token ids and back, JSON lines"},
    {"forward", rad::ForwardTool, "token ids to logits, JSON lines"},
    {"head-roles", rad::HeadRolesTool, "what heads do on key-value questions"},
    {"probe", rad::ProbeTool, "examples to rank heads on, as score-heads reads them"},
    {"score-heads", rad::ScoreHeadsTool, "what each head is worth on given examples"},
    {"generate", rad::GenerateTool, "text that a model writes after a prompt"},
    {"selftest", rad::SelftestTool, "compares computed values with references"},
    {"bench", rad::BenchTool, "measured speed, against peers in the same run"},
    {"devices", rad::DevicesTool, "what this build computes on"},
};

int Run(const Tool& tool, int argc, char** argv) {
  try {
    return tool.main(argc, argv);
  } catch (const std::exception& error) {  // LibTorch's
    std::cerr << "rad-worker " << tool.name << ": " << error.what() << "\n";
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  rad::KeepTensorMemory();
  if (argc >= 2) {
    for (const Tool& tool : kTools) {
      if (tool.name == argv[1]) return Run(tool, argc - 1, argv + 1);
    }
  }
  std::cerr << "usage: rad-worker TOOL ...\n";
  for (const Tool& tool : kTools) std::cerr << "  " << tool.name << "  " << tool.help << "\n";
  return 2;
}
