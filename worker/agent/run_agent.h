// run_agent.h: `rad-worker agent`.
#pragma once

namespace rad {

// Returns the exit code: 0 after SIGTERM, 1 when it could not start or was refused, 2 for wrong flags.
int RunAgent(int argc, char** argv);

}  // namespace rad
