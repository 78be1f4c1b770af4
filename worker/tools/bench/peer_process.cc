#include "worker/tools/bench/peer_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rad {

absl::StatusOr<std::unique_ptr<PeerProcess>> PeerProcess::Start(const std::vector<std::string>& command) {
  signal(SIGPIPE, SIG_IGN);  // a peer that died is an error of the next call, not the end of this program
  int to_peer[2], from_peer[2];
  if (pipe2(to_peer, O_CLOEXEC) != 0 || pipe2(from_peer, O_CLOEXEC) != 0) {
    return absl::UnavailableError("cannot make a pipe to the peer");
  }
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(to_peer[0], STDIN_FILENO);
    dup2(from_peer[1], STDOUT_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(to_peer[0]);
  close(from_peer[1]);
  std::unique_ptr<PeerProcess> peer(new PeerProcess(pid, fdopen(to_peer[1], "w"), fdopen(from_peer[0], "r")));
  const auto line = peer->ReadLine();
  if (line.ok() && *line == "ready") return peer;
  return absl::UnavailableError(line.ok() ? *line : absl::StrCat(command[0], " did not start"));
}

PeerProcess::~PeerProcess() {
  std::fclose(input_);
  std::fclose(output_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

absl::StatusOr<double> PeerProcess::Ask(const std::string& word) {
  std::fputs((word + "\n").c_str(), input_);
  std::fflush(input_);
  const auto line = ReadLine();
  if (!line.ok()) return line.status();
  double number = 0;
  if (!absl::SimpleAtod(*line, &number)) {
    return absl::InternalError(absl::StrCat("the peer said \"", *line, "\" instead of a number"));
  }
  return number;
}

absl::StatusOr<std::string> PeerProcess::ReadLine() {
  char text[4096];
  if (std::fgets(text, sizeof text, output_) == nullptr) return absl::UnavailableError("the peer ended");
  return std::string(absl::StripSuffix(text, "\n"));
}

}  // namespace rad
