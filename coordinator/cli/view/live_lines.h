// live_lines.h: lines at the bottom of a terminal that are drawn again in place, and text above them that
// stays.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace rad::cli {

class LiveLines {
 public:
  // Draws at most `rows` - 1 lines: the cursor cannot go back to what has scrolled away.
  LiveLines(std::ostream& terminal, int rows) : terminal_(terminal), rows_(rows) {}

  void Draw(const std::vector<std::string>& lines);  // each fits the terminal's width
  void PrintAbove(const std::string& line);          // the live lines are gone until the next Draw
  void Erase();

 private:
  std::ostream& terminal_;
  int rows_;
  int drawn_ = 0;
};

}  // namespace rad::cli
