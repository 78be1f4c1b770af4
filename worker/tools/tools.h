// tools.h: the subcommands of rad-executor, which users reach as `rad-worker <name>`. Each parses its own
// arguments (argv[0] is the subcommand's name), writes data on stdout and messages on stderr, and returns an
// exit code: 0, 1 error, 2 usage or invalid input, 3 not found.
#pragma once

namespace rad {

int RunTaskTool(int argc, char** argv);
int InspectTool(int argc, char** argv);
int TokenizeTool(int argc, char** argv);
int ForwardTool(int argc, char** argv);
int HeadRolesTool(int argc, char** argv);
int ProbeTool(int argc, char** argv);
int ScoreHeadsTool(int argc, char** argv);
int GenerateTool(int argc, char** argv);
int BenchTool(int argc, char** argv);
int SelftestTool(int argc, char** argv);
int DevicesTool(int argc, char** argv);

}  // namespace rad
