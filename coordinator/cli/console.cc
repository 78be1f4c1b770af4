#include "coordinator/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/string_view.h"

namespace rad::cli {
namespace {

void MeasureTerminal(Console& console) {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return;
  console.columns = size.ws_col;
  console.rows = size.ws_row;
}

bool ColorIsWanted() {
  const char* term = std::getenv("TERM");
  return !std::getenv("NO_COLOR") && term && absl::string_view(term) != "dumb";
}

}  // namespace

Console ProcessConsole() {
  Console console{.out = std::cout,
                  .err = std::cerr,
                  .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                  .err_is_terminal = isatty(STDERR_FILENO) == 1,
                  .color = ColorIsWanted()};
  MeasureTerminal(console);
  return console;
}

}  // namespace rad::cli
