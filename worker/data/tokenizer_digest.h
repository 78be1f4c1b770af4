// tokenizer_digest.h: names a tokenizer by what it does, whatever file it came from. No torch.
#pragma once

#include <string>

#include "worker/text/tokenizer.h"

namespace rad {

std::string TokenizerDigest(const Tokenizer& tokenizer);  // hex SHA-256

}  // namespace rad
