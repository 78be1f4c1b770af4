#include "coordinator/cli/view/role_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/cli/spec/enum_words.h"

namespace rad::cli {

std::string RoleWord(const v1::HeadRole& role) {
  return EnumWord(*v1::HeadRole::Role_descriptor(), role.role());
}

std::string RoleText(const v1::HeadRole& role) {
  const std::string word = RoleWord(role);
  if (word.empty()) return "-";
  const std::string gather = absl::StrFormat(" %.0f%%", 100 * role.gather());
  const std::string aggregate = absl::StrFormat(" %.0f%%", 100 * role.aggregate());
  return absl::StrCat(word, role.role() == v1::HeadRole::AGGREGATE ? "" : gather,
                      role.role() == v1::HeadRole::GATHER ? "" : aggregate);
}

}  // namespace rad::cli
