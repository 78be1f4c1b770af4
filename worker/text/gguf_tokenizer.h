// gguf_tokenizer.h: the tokenizer in a GGUF file's metadata.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "worker/model/gguf.h"
#include "worker/text/tokenizer.h"

namespace rad {

// INVALID_ARGUMENT: not byte-level BPE, a pre-tokenizer that is not known (named), or damaged lists.
absl::StatusOr<std::unique_ptr<Tokenizer>> TokenizerOfGguf(const Gguf& gguf);

}  // namespace rad
