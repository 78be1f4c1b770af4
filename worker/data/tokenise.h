// tokenise.h: text files and JSON lines as token ids, document after document. No torch.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/status.h"
#include "worker/data/source_files.h"
#include "worker/text/tokenizer.h"

namespace rad {

// Calls add(ids) for every document of a source of kind kText or kJsonl that is not blank. One document's ids
// are in memory at a time; bytes of plain text that are not UTF-8 become U+FFFD. INVALID_ARGUMENT names file
// and line of JSON that is no object with a string in the source's field; errors of `add` are returned.
absl::Status TokeniseFiles(const SourceFiles& files, const Tokenizer& tokenizer,
                           const std::function<absl::Status(std::span<const TokenId>)>& add,
                           const ReadProgress& progress);

}  // namespace rad
