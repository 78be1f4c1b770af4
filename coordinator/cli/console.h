// console.h: where a command writes: data to `out`, messages and progress to `err`.
#pragma once

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace rad::cli {

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int columns = 80;  // of the terminal
  int rows = 24;
  bool color = false;  // of what goes to a terminal

  void Say(absl::string_view message) const { err << "radctl: " << message << std::endl; }
};

// The process's own streams. No colour when NO_COLOR is set or TERM is "dumb".
Console ProcessConsole();

}  // namespace rad::cli
