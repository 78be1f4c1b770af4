#include "tests/load/simulated_fleet.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "tests/load/simulated_worker.h"

namespace rad {

void RunFleet(const std::string& coordinator, int workers, double task_seconds) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before gRPC starts threads
  const int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);

  EventLoop loop;
  std::vector<std::unique_ptr<SimulatedWorker>> fleet;
  for (int i = 0; i < workers; ++i) fleet.push_back(std::make_unique<SimulatedWorker>(loop, coordinator, i));
  loop.Watch(signal_fd, [&] {
    signalfd_siginfo info;
    while (read(signal_fd, &info, sizeof info) == sizeof info) {
      for (const auto& worker : fleet) worker->EndTasks(absl::Seconds(task_seconds));
    }
  });
  for (const auto& worker : fleet) worker->Open();
  loop.Run();
}

}  // namespace rad
