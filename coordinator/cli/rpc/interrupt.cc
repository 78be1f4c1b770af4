#include "coordinator/cli/rpc/interrupt.h"

#include <csignal>

namespace rad::cli {
namespace {

volatile std::sig_atomic_t raised = 0;
int alive = 0;

void OnSignal(int signal) {
  if (raised) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  raised = 1;
}

void Install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  if (alive++ > 0) return;
  raised = 0;
  Install(OnSignal);
}

Interrupt::~Interrupt() {
  if (--alive == 0) Install(SIG_DFL);
}

bool Interrupt::Raised() const { return raised != 0; }

}  // namespace rad::cli
