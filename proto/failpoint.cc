#include "proto/failpoint.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace rad {
namespace {

struct Armed {
  std::string name;
  int count = 0;
  std::string file;
};

// Anything but NAME:COUNT:FILE arms nothing.
Armed FromEnvironment() {
  const char* variable = std::getenv("RAD_FAILPOINT");
  const std::string text = variable == nullptr ? "" : variable;
  const std::size_t first = text.find(':');
  if (first == std::string::npos) return {};
  const std::size_t second = text.find(':', first + 1);
  if (second == std::string::npos) return {};
  return {text.substr(0, first), std::atoi(text.c_str() + first + 1), text.substr(second + 1)};
}

}  // namespace

void Failpoint(const char* name) {
  static const Armed armed = FromEnvironment();
  if (armed.count == 0 || armed.name != name) return;
  static std::atomic<int> passages = 0;
  if (++passages != armed.count) return;
  const int file = open(armed.file.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return;
  kill(getpid(), SIGKILL);
}

}  // namespace rad
