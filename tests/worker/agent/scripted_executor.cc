// An executor whose task says in its teacher's path what to do. All around the work itself is the real thing.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "worker/tasks/run_task.h"

namespace {

void Say(rad::TaskHost& host, double done, double total) {
  host.Report({.phase = "scripted",
               .done = done,
               .total = total,
               .unit = "steps",
               .step = static_cast<std::int64_t>(done),
               .losses = {{"kd", 0.5}},
               .memory_bytes = {{"weights", 1000}}});
}

// A task's host is asked, as between two steps: it wakes nobody.
void WaitAStep() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

absl::StatusOr<rad::v1::TaskResult> RunUntilStopped(rad::TaskHost& host) {
  Say(host, 1, 4);
  while (!host.StopRequested()) WaitAStep();
  return absl::CancelledError("told to stop");
}

// As one that is deep in a computation.
[[noreturn]] void RunOn(rad::TaskHost& host) {
  Say(host, 1, 4);
  while (true) WaitAStep();
}

absl::StatusOr<rad::v1::TaskResult> RunUntilRoomIsNeeded(rad::TaskHost& host) {
  Say(host, 2, 4);
  while (!host.RoomRequested() && !host.StopRequested()) WaitAStep();
  return absl::CancelledError("made room at step 2");
}

absl::StatusOr<rad::v1::TaskResult> DoAsTold(const rad::v1::Work& work, rad::TaskHost& host,
                                             const std::filesystem::path& output) {
  const std::string script = work.inspect().teacher().path();
  std::cout << "process " << getpid() << " does " << script << std::endl;
  if (script == "run") return RunUntilStopped(host);
  if (script == "train") return RunUntilRoomIsNeeded(host);
  if (script == "run on") RunOn(host);
  if (script == "die") raise(SIGKILL);
  if (script == "throw") throw std::runtime_error("tensor sizes differ");
  if (script == "invalid") return absl::InvalidArgumentError("teacher.path: nothing there");
  if (script == "publish") std::ofstream(output / "weights") << "tensors";
  Say(host, 4, 4);
  rad::v1::TaskResult result;
  result.mutable_teacher()->set_digest(std::string("threads ") + getenv("OMP_NUM_THREADS"));
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  rad::RunTaskOptions options;
  CLI::App app;
  app.add_option("--folder", options.folder);
  app.add_option("--data-dir", options.data_folder);
  app.add_option("--coordinator", options.coordinator);
  app.add_option("--report-fd", options.report_fd);
  CLI11_PARSE(app, argc - 1, argv + 1);
  return rad::RunTask(options, DoAsTold);
}
