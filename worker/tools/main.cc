// rad-executor: everything that computes. rad-worker starts it: once per task attempt, and for the tools.
#include <iostream>
#include <string_view>

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
    {"score-heads", rad::ScoreHeadsTool, "what each head is worth on given examples"},
    {"generate", rad::GenerateTool, "text that a model writes after a prompt"},
    {"selftest", rad::SelftestTool, "compares computed values with references"},
    {"devices", rad::DevicesTool, "what this build computes on"},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 2) {
    for (const Tool& tool : kTools) {
      if (tool.name == argv[1]) return tool.main(argc - 1, argv + 1);
    }
  }
  std::cerr << "usage: rad-worker TOOL ...\n";
  for (const Tool& tool : kTools) std::cerr << "  " << tool.name << "  " << tool.help << "\n";
  return 2;
}
