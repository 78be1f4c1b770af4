#include "worker/agent/line_splitter.h"

#include "worker/wire/valid_utf8.h"

namespace rad {

std::vector<std::string> LineSplitter::Append(std::string_view bytes) {
  std::vector<std::string> lines;
  for (const char byte : bytes) {
    if (byte != '\n') rest_.push_back(byte);
    if (byte == '\n' || rest_.size() >= kMaxLineBytes) {
      lines.push_back(ValidUtf8(rest_));
      rest_.clear();
    }
  }
  return lines;
}

std::vector<std::string> LineSplitter::Finish() {
  if (rest_.empty()) return {};
  std::vector<std::string> last = {ValidUtf8(rest_)};
  rest_.clear();
  return last;
}

}  // namespace rad
