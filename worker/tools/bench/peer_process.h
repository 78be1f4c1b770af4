// peer_process.h: another program that does the work a benchmark compares with, when it is told to.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace rad {

// The program prints "ready" once it has loaded what it needs, then for every line on its standard input does
// its work once and prints the seconds that took; a word on the line asks for another number that it knows.
// It ends when its input does.
class PeerProcess {
 public:
  // UNAVAILABLE with what the program said on its standard output when it ends before it is ready.
  static absl::StatusOr<std::unique_ptr<PeerProcess>> Start(const std::vector<std::string>& command);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  absl::StatusOr<double> RunOnceSeconds() { return Ask(""); }
  absl::StatusOr<double> Ask(const std::string& word);

 private:
  PeerProcess(int pid, std::FILE* input, std::FILE* output) : pid_(pid), input_(input), output_(output) {}
  absl::StatusOr<std::string> ReadLine();

  int pid_;
  std::FILE *input_, *output_;
};

}  // namespace rad
