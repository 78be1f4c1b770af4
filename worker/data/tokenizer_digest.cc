#include "worker/data/tokenizer_digest.h"

#include <span>

#include "worker/model/sha256.h"

namespace rad {

std::string TokenizerDigest(const Tokenizer& tokenizer) {
  const std::string json = tokenizer.ToTokenizerJson();
  Sha256 sum;
  sum.Update(std::as_bytes(std::span(json)));
  return sum.Finish();
}

}  // namespace rad
