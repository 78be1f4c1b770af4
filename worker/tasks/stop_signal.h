// stop_signal.h: SIGTERM is how the agent asks an executor to end: the task looks for it between its steps.
#pragma once

namespace rad {

void CatchStopSignal();
bool StopSignalled();

}  // namespace rad
