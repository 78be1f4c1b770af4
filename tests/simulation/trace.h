// trace.h: what happens in a history: counted always, told line by line when one is played again.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "tests/simulation/timeline.h"

namespace rad {

using Tally = std::map<std::string, std::uint64_t>;

class Trace {
 public:
  Trace(const Timeline& timeline, bool aloud);
  ~Trace();
  Trace(const Trace&) = delete;

  void Tell(absl::string_view line) const;
  void Count(const std::string& what) { ++tally_[what]; }
  void Count(const std::string& what, absl::string_view line) {
    Count(what);
    Tell(line);
  }
  const Tally& tally() const { return tally_; }

 private:
  const Timeline& timeline_;
  const bool aloud_;
  Tally tally_;
};

}  // namespace rad
