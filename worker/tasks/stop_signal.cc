#include "worker/tasks/stop_signal.h"

#include <signal.h>

#include <atomic>
#include <cstdlib>

namespace rad {
namespace {

std::atomic<bool> stop_signalled = false;
static_assert(std::atomic<bool>::is_always_lock_free, "the signal handler writes it");

}  // namespace

void CatchStopSignal() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_signalled = true; };
  action.sa_flags = SA_RESTART;
  if (sigaction(SIGTERM, &action, nullptr) != 0) std::abort();
  signal(SIGPIPE, SIG_IGN);  // an agent that is gone shows as an error of the write
}

bool StopSignalled() { return stop_signalled; }

}  // namespace rad
