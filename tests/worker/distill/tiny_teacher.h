// tiny_teacher.h: a whole teacher with random weights as a Hugging Face folder: config, weights, byte
// tokenizer.
#pragma once

#include <filesystem>

namespace rad {

// 2 layers of 4 heads, 256 tokens: one for each byte.
void WriteTinyTeacher(const std::filesystem::path& folder);

}  // namespace rad
