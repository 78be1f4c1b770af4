// table.h: rows of text in aligned columns, or as CSV.
#pragma once

#include <string>
#include <vector>

namespace rad::cli {

struct Column {
  std::string title;
  enum class Align { kLeft, kRight } align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as columns.
  void Add(std::vector<std::string> cells);

  std::string ToText() const;  // two spaces between columns, none at the end of a line
  std::string ToCsv() const;   // RFC 4180; titles in the first line

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// What a terminal could take for a command of its own (escape sequences in a job's name) becomes '?'.
std::string Printable(std::string text);

// Columns of a terminal that UTF-8 text takes, each character counted as one.
std::size_t DisplayWidth(const std::string& text);

}  // namespace rad::cli
