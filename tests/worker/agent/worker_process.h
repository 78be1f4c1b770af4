// A real rad-worker process beside an executor of the test's choosing.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace rad {

class WorkerProcess {
 public:
  // Starts rad-worker with the scripted executor in a fresh folder; `flags` replace or extend the usual ones.
  explicit WorkerProcess(const std::string& coordinator,
                         const std::map<std::string, std::string>& flags = {});
  ~WorkerProcess();  // kills what still runs

  void Signal(int signal);
  // Waits for the end; the exit code, or minus the signal.
  int Wait();
  std::string Log() const;  // what it said on stderr
  int MetricsPort() const;  // from the port file; waits for it
  const std::filesystem::path& data_folder() const { return data_folder_; }

 private:
  std::filesystem::path folder_, data_folder_;
  pid_t pid_ = -1;
};

}  // namespace rad
