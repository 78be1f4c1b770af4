// request_id.h: names for requests that are to be told apart.
#pragma once

#include <string>

namespace rad::cli {

std::string RandomRequestId();  // 128 random bits in hex

}  // namespace rad::cli
