// check.h: one computed quantity of a test case beside its reference.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace rad {

// The inputs of a case and the results that are expected of it, by name without the case's own.
struct SelftestCase {
  std::string name;
  std::map<std::string, at::Tensor> tensors;
  nlohmann::json settings;  // what the file's index says of the case, or an empty object

  bool Has(const std::string& tensor) const { return tensors.count(tensor) > 0; }
  const at::Tensor& At(const std::string& tensor) const { return tensors.at(tensor); }
};

struct Check {
  std::string case_name;
  std::string quantity;
  double rel_error = 0;  // max|value - reference| / max|reference|
  double tolerance = 0;
  bool absolute = false;  // the reference is 0 for all purposes, and rel_error is max|value - reference|
  bool ok() const { return rel_error <= tolerance; }  // false for NaN
};

// References below this count as 0 throughout, and are compared absolutely.
struct ZeroRule {
  double below = 0;
  double tolerance = 0;
};

// Collects the checks of one case.
class Checks {
 public:
  Checks(std::string case_name, double tolerance, ZeroRule zero)
      : case_name_(std::move(case_name)), tolerance_(tolerance), zero_(zero) {}

  // The shapes must agree; if they do not, the check fails with an infinite error.
  void Add(const std::string& quantity, const at::Tensor& value, const at::Tensor& reference);

  const std::vector<Check>& all() const { return checks_; }

 private:
  const std::string case_name_;
  const double tolerance_;
  const ZeroRule zero_;
  std::vector<Check> checks_;
};

}  // namespace rad
