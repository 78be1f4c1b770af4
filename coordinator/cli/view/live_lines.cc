#include "coordinator/cli/view/live_lines.h"

#include <algorithm>
#include <cstddef>

namespace rad::cli {

void LiveLines::Draw(const std::vector<std::string>& lines) {
  Erase();
  const auto room = static_cast<std::size_t>(std::max(1, rows_ - 1));
  const std::size_t left_out = lines.size() > room ? lines.size() - room : 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // The first line is the headline; what is left out are the oldest after it.
    if (i > 0 && i <= left_out) continue;
    terminal_ << lines[i] << '\n';
    ++drawn_;
  }
  terminal_.flush();
}

void LiveLines::PrintAbove(const std::string& line) {
  Erase();
  terminal_ << line << std::endl;
}

void LiveLines::Erase() {
  if (drawn_ > 0) terminal_ << "\x1b[" << drawn_ << "F\x1b[J" << std::flush;
  drawn_ = 0;
}

}  // namespace rad::cli
