#include "worker/data/tokenizer_digest.h"

#include "worker/model/sha256.h"

namespace rad {

std::string TokenizerDigest(const Tokenizer& tokenizer) { return Sha256Hex(tokenizer.ToTokenizerJson()); }

}  // namespace rad
