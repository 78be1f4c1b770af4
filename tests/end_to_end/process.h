// A program of ours as a child process.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace rad {

class Process {
 public:
  // Runs RAD_BIN/program; what it says goes to the end of the file `log`. `environment` ("NAME=value") adds
  // to this program's own.
  Process(const std::string& program, std::vector<std::string> arguments, const std::filesystem::path& log,
          std::vector<std::string> environment = {});
  ~Process();  // kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool Ended();     // without waiting
  void Kill();      // as the machine would: SIGKILL, and waits for the end
  int Terminate();  // SIGTERM; the exit code, or minus the signal

 private:
  int Wait();
  pid_t pid_ = -1;
};

// kill(2), but never of a group or of everything: a pid that is none fails the test.
void KillProcess(pid_t pid, int signal);

// The only child of a process; waits for it to appear.
pid_t ChildOf(pid_t parent);

// Stops (SIGSTOP) the only child of a process, in the middle of what it does: one that had ended is left for
// the next. Its process, to go on at SIGCONT.
pid_t HoldChildOf(pid_t parent);

}  // namespace rad
