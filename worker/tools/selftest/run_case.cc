#include <initializer_list>

#include "absl/status/status.h"
#include "kernels/dequant.h"
#include "worker/model/str_cat.h"
#include "worker/tools/selftest/kinds.h"

namespace rad {
namespace {

using Needed = std::initializer_list<const char*>;

struct Kind {
  const char* mark;  // the tensor that no other kind has
  std::vector<Check> (*run)(const SelftestCase&);
  Needed tensors;
  Needed settings;
};

const Kind kKinds[] = {
    {"log_a", CheckSsd, {"x", "B", "C", "D"}, {}},
    {"param.in_proj.weight",
     CheckMixer,
     {"u", "param.conv1d.weight", "param.conv1d.bias", "param.D", "param.out_proj.weight"},
     {"heads", "P", "N"}},
    {"adapter.weight", CheckAdapter, {"attention", "ssm", "o", "adapter.bias", "output"}, {}},
    {"student", CheckKdLoss, {"teacher", "keep"}, {}},
    {"raw", CheckDequantisation, {"f32"}, {"type"}},
};

absl::Status Missing(const SelftestCase& test, const char* what, const char* name) {
  return absl::InvalidArgumentError(StrCat("case ", test.name, " lacks the ", what, " ", name));
}

absl::Status CheckComplete(const SelftestCase& test, const Kind& kind) {
  for (const char* tensor : kind.tensors) {
    if (!test.Has(tensor)) return Missing(test, "tensor", tensor);
  }
  for (const char* setting : kind.settings) {
    if (!test.settings.contains(setting)) return Missing(test, "setting (metadata \"index\")", setting);
  }
  if (!test.settings.contains("type")) return absl::OkStatus();
  const nlohmann::json& type = test.settings.at("type");
  if (type.is_string() && TensorTypeNamed(type.get<std::string>())) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("case ", test.name, " has type ", type.dump(), "; known types: ", TensorTypeNames()));
}

}  // namespace

absl::StatusOr<std::vector<Check>> RunCase(const SelftestCase& test) {
  for (const Kind& kind : kKinds) {
    if (!test.Has(kind.mark)) continue;
    if (const absl::Status status = CheckComplete(test, kind); !status.ok()) return status;
    try {
      return kind.run(test);
    } catch (const std::exception& error) {  // shapes that do not fit together, numbers that are none
      return absl::InvalidArgumentError(StrCat("case ", test.name, ": ", error.what()));
    }
  }
  return absl::InvalidArgumentError(
      StrCat("case ", test.name,
             " is of no known kind: expected tensors of an SSD scan (log_a), a mixer layer "
             "(param.in_proj.weight), an adapter join (adapter.weight), a distillation loss (student) or a "
             "dequantisation (raw)"));
}

}  // namespace rad
