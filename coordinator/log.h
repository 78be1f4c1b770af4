// log.h: the coordinator's own log: one line an event on standard error, with the time.
#pragma once

#include "absl/strings/string_view.h"

namespace rad {

void Log(absl::string_view message);

}  // namespace rad
