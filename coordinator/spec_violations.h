// spec_violations.h: a list of what is wrong with a spec, each with field, value and what would be right.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rad {

struct Violation {
  std::string field;  // path from the job: "spec.student.head_budget"
  std::string description;
};

class Violations {
 public:
  void Add(absl::string_view field, absl::string_view description) {
    list_.push_back({std::string(field), std::string(description)});
  }
  // [low, high], ends included; `remedy` says more about what would be right.
  template <typename Number>
  void Range(absl::string_view field, Number value, Number low, Number high, absl::string_view remedy = "") {
    if (value >= low && value <= high) return;
    Add(field, absl::StrCat("is ", value, "; give ", low, " to ", high, remedy.empty() ? "" : ", ", remedy));
  }

  const std::vector<Violation>& list() const { return list_; }
  bool empty() const { return list_.empty(); }

 private:
  std::vector<Violation> list_;
};

}  // namespace rad
