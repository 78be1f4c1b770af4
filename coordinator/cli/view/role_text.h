// role_text.h: what a head does, in a word and its numbers.
#pragma once

#include <string>

#include "rad/v1/result.pb.h"

namespace rad::cli {

// "gather"; "" of a head that was not classified.
std::string RoleWord(const v1::HeadRole& role);

// "gather 62%", "aggregate 48%": the share of attention that makes it one; "mixed 40% 35%" and "other 9% 2%":
// gather, then aggregate. "-" of a head that was not classified.
std::string RoleText(const v1::HeadRole& role);

}  // namespace rad::cli
