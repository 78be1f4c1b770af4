// gguf_model.h: a teacher in a GGUF file, under Hugging Face's names and in Hugging Face's row order.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "absl/status/statusor.h"
#include "worker/model/model_file.h"

namespace rad {

absl::StatusOr<std::unique_ptr<ModelFile>> OpenGgufModel(const std::filesystem::path& path);

// The same over bytes in memory, which must outlive the result.
absl::StatusOr<std::unique_ptr<ModelFile>> OpenGgufBytes(std::span<const std::byte> bytes);

}  // namespace rad
