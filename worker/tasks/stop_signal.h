// stop_signal.h: how the agent asks an executor to end; the task looks for it between its steps. SIGTERM: at
// once. SIGUSR1: to make room, when what was done is saved.
#pragma once

namespace rad {

void CatchStopSignals();
bool StopSignalled();
bool RoomSignalled();

}  // namespace rad
