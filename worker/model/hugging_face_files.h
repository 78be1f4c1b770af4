// hugging_face_files.h: what an exported student's folder holds beside its weights, tokenizer and
// configuration, so that Hugging Face transformers loads it (trust_remote_code). No torch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "worker/text/tokenizer.h"

namespace rad {

struct TextFile {
  std::string_view name;
  std::string_view text;
};

// The Python of worker/model/hugging_face: the student in plain PyTorch, and its configuration.
std::vector<TextFile> HuggingFaceCode();

// tokenizer_config.json: which tokens of tokenizer.json begin and end a text.
std::string TokenizerConfigJson(const Tokenizer& tokenizer);

}  // namespace rad
