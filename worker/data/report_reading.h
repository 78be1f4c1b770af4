// report_reading.h: reading data as a phase of a task. No torch.
#pragma once

#include "worker/data/tokenise.h"
#include "worker/task_host.h"

namespace rad {

// Reports to the host, and ends with CANCELLED once it says stop. `host` must outlive what is returned.
inline ReadProgress ReportReading(TaskHost& host) {
  return [&host](std::uint64_t done_bytes, std::uint64_t total_bytes) {
    host.Report({.phase = "reading text",
                 .done = static_cast<double>(done_bytes),
                 .total = static_cast<double>(total_bytes),
                 .unit = "bytes"});
    return host.StopRequested() ? absl::CancelledError("reading text stopped on request") : absl::OkStatus();
  };
}

}  // namespace rad
