#include "coordinator/cli/commands/write_output.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace rad::cli {

absl::Status WriteOutput(const Console& console, const std::string& file, const std::string& bytes) {
  if (file.empty()) {
    console.out << bytes;
    return absl::OkStatus();
  }
  std::ofstream stream(file, std::ios::binary);
  stream << bytes;
  stream.close();
  if (!stream)
    return absl::InvalidArgumentError(absl::StrCat("cannot write --file ", file, ": ", strerror(errno)));
  console.Say(absl::StrCat("wrote ", file));
  return absl::OkStatus();
}

}  // namespace rad::cli
