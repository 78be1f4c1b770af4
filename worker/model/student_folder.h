// student_folder.h: an exported student: a folder with config.json (model_type "rad_hybrid"), tokenizer.json
// and model.safetensors, which needs no teacher's file beside it, and with what Hugging Face transformers
// needs to load it (hugging_face_files.h). Weights go by their Hugging Face names where the teacher has them
// (embedding, norms, MLPs, LM head), and as "model." + the names of TrainedTensors for the mixers. All are
// float32: values dequantised from 4- to 8-bit blocks need up to 24 bits, so that a bf16 export would be
// another, slightly worse model than the one that was evaluated.
#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"
#include "worker/model/language_model.h"
#include "worker/model/student_file.h"
#include "worker/text/tokenizer.h"

namespace rad {

// dtype: at::kFloat, or at::kBFloat16 for the matrices, while convolution, gate and state stay float32.
// NOT_FOUND: no such folder or file. INVALID_ARGUMENT names file, field or tensor.
absl::StatusOr<HybridStudent> LoadStudentFolder(const std::filesystem::path& folder, at::ScalarType dtype);
absl::StatusOr<std::unique_ptr<LanguageModel>> OpenStudentFolder(const std::filesystem::path& folder,
                                                                 at::ScalarType dtype);

struct StudentFolderSize {
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;  // of all files
};
// Writes the folder's files from the teacher's and the student's, and the teacher's tokenizer: config.json
// last, so that a folder with a config.json is whole. Holds all weights in memory once.
absl::StatusOr<StudentFolderSize> WriteStudentFolder(const std::filesystem::path& folder,
                                                     const ModelFile& teacher, const StudentFile& student,
                                                     const Tokenizer& tokenizer);

}  // namespace rad
