#include "worker/agent/log.h"

#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rad {

void Log(absl::string_view message) {
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  const std::string line = absl::StrCat(time, " rad-worker: ", message, "\n");
  // One write, so that lines of several processes on one terminal stay whole. Nobody is told when stderr is
  // gone.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace rad
