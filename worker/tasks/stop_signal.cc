#include "worker/tasks/stop_signal.h"

#include <signal.h>

#include <atomic>
#include <cstdlib>

namespace rad {
namespace {

std::atomic<bool> stop_signalled = false, room_signalled = false;
static_assert(std::atomic<bool>::is_always_lock_free, "the signal handlers write them");

void Catch(int signal_number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  if (sigaction(signal_number, &action, nullptr) != 0) std::abort();
}

}  // namespace

void CatchStopSignals() {
  Catch(SIGTERM, [](int) { stop_signalled = true; });
  Catch(SIGUSR1, [](int) { room_signalled = true; });
  sigset_t room;  // the agent blocked it, lest one that came before now ended this process
  sigemptyset(&room);
  sigaddset(&room, SIGUSR1);
  if (pthread_sigmask(SIG_UNBLOCK, &room, nullptr) != 0) std::abort();
  signal(SIGPIPE, SIG_IGN);  // an agent that is gone shows as an error of the write
}

bool StopSignalled() { return stop_signalled; }

bool RoomSignalled() { return room_signalled; }

}  // namespace rad
