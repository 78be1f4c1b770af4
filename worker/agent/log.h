// log.h: what the agent tells whoever runs it, on stderr: one line an event, with the time.
#pragma once

#include "absl/strings/string_view.h"

namespace rad {

void Log(absl::string_view message);

}  // namespace rad
