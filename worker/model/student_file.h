// student_file.h: the trained tensors of a student as an artifact: a folder with student.safetensors. What
// the student shares with its teacher is not in it: its base only where that was trained too.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "worker/model/hybrid.h"
#include "worker/model/student_config.h"
#include "worker/model/tensor_file.h"

namespace rad {

inline constexpr char kStudentFile[] = "student.safetensors";

// A student whose trained tensors have their shapes and no values yet, in float32 on top of `base`, whose
// attention is dropped. `identity` must have passed CheckIdentity.
HybridStudent BlankStudent(const Transformer& base, const StudentIdentity& identity);
// The same with an own base of config's shapes, whose matrices are of `dtype`.
HybridStudent BlankStudentWithBase(const ModelConfig& config, const StudentIdentity& identity,
                                   at::ScalarType dtype = at::kFloat);

// Copies values into the trained tensors, which the file names <prefix><name of TrainedTensors>.
// INVALID_ARGUMENT names the tensor that is missing or has another shape.
absl::Status FillStudent(const TensorFile& file, const std::string& prefix, HybridStudent& student);

// Which heads of the student are attention, ascending.
std::vector<HeadId> KeptHeads(const HybridStudent& student);

// Whole or not at all, as WriteSafetensors.
absl::Status SaveStudent(const std::filesystem::path& folder, const HybridStudent& student,
                         const std::string& teacher_digest);

// An own base comes in the teacher's dtype, as the teacher's would. FAILED_PRECONDITION when the student was
// made from a teacher with another digest. INVALID_ARGUMENT: damaged.
absl::StatusOr<HybridStudent> LoadStudent(const std::filesystem::path& folder, const Transformer& teacher,
                                          const std::string& teacher_digest);

// The parts of LoadStudent, for those who need no model: what the student is, checked, and its tensors.
struct StudentFile {
  StudentIdentity identity;
  TensorFile file;

  bool own_base() const { return file.tensors.contains("embed_tokens.weight"); }
};
absl::StatusOr<StudentFile> ReadStudentFile(const std::filesystem::path& folder, const ModelConfig& model,
                                            const std::string& teacher_digest);

}  // namespace rad
