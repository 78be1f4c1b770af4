#include "tests/simulation/trace.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/log.h"

namespace rad {
namespace {

const Trace* current = nullptr;

}  // namespace

Trace::Trace(const Timeline& timeline, bool aloud) : timeline_(timeline), aloud_(aloud) { current = this; }

Trace::~Trace() { current = nullptr; }

void Trace::Tell(absl::string_view line) const {
  if (aloud_) absl::PrintF("%10.3f  %s\n", absl::ToDoubleSeconds(timeline_.now()), line);
}

// Stands in for coordinator/log.cc in this program: what the coordinator logs is part of the history.
void Log(absl::string_view message) {
  if (current != nullptr) current->Tell(absl::StrCat("coordinator: ", message));
}

}  // namespace rad
