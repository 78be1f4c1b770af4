// line_splitter.h: turns what a process prints into lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rad {

// A longer line is cut into several: a progress bar without line ends must not grow without bound.
inline constexpr std::size_t kMaxLineBytes = 4096;

class LineSplitter {
 public:
  // The lines that these bytes complete, as valid UTF-8, without their ends.
  std::vector<std::string> Append(std::string_view bytes);
  // What is left when the process has ended: a last line without its end, or nothing.
  std::vector<std::string> Finish();

 private:
  std::string rest_;
};

}  // namespace rad
