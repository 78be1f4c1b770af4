#include "worker/agent/exit_report.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rad {
namespace {

std::string HowItEnded(int wait_status) {
  if (!WIFSIGNALED(wait_status)) {
    return absl::StrCat("the executor exited with code ", WEXITSTATUS(wait_status), " without a report");
  }
  const int signal = WTERMSIG(wait_status);
  const char* name = sigabbrev_np(signal);
  const std::string killed = absl::StrCat("the executor was killed by ",
                                          name ? absl::StrCat("SIG", name) : absl::StrCat("signal ", signal));
  return signal == SIGKILL ? killed + " (out of memory?)" : killed;
}

}  // namespace

v1::TaskFailure CrashOf(int wait_status, const std::deque<std::string>& last_lines) {
  v1::TaskFailure failure;
  failure.set_reason(v1::TaskFailure::CRASHED);
  std::string message = HowItEnded(wait_status);
  if (!last_lines.empty()) absl::StrAppend(&message, "; it last said: ", absl::StrJoin(last_lines, " | "));
  failure.set_message(message);
  return failure;
}

}  // namespace rad
