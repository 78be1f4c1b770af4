// student_config.h: what a hybrid student is, apart from its weights: as the metadata of a student file, and
// as the config.json of an exported folder. No torch.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/join.h"
#include "worker/model/model_config.h"
#include "worker/model/ssm_size.h"

namespace rad {

struct StudentIdentity {
  SsmSize ssm;
  std::vector<HeadId> kept;    // ascending
  std::string teacher_digest;  // ModelFile::Digest of the teacher
  Join join = Join::kReplace;
};

// INVALID_ARGUMENT names the field: a head that the model lacks or that is listed twice, a state dimension
// below 1, a head dimension below 0.
absl::Status CheckIdentity(const StudentIdentity& student, const ModelConfig& model);

// {"format": "rad.student.1", "state_dim": "8", "kept": "16.0 18.6", "teacher_digest": ..., "join":
// "replace"}, and "head_dim" where SSM heads have one of their own. Without a join it is replace, here and
// below: files from before there was a choice.
std::map<std::string, std::string> IdentityMetadata(const StudentIdentity& student);
absl::StatusOr<StudentIdentity> ParseIdentityMetadata(const std::map<std::string, std::string>& metadata);

// {"model_type": "rad_hybrid", "architectures" and "auto_map": the classes of hugging_face_files.h,
// "state_dim": 8, "join": "replace", "kept_heads": [[16, 0], ...], "teacher_digest": ..., "qkv_bias": ...,
// "rope_factors": [...], "teacher": a config as Hugging Face writes it for the teacher's architecture}, and
// "ssm_head_dim" as above
nlohmann::ordered_json StudentConfigJson(const StudentIdentity& student, const ModelConfig& model);

struct StudentConfig {
  StudentIdentity student;
  ModelConfig model;
};
// Checked as CheckIdentity does; INVALID_ARGUMENT names the field.
absl::StatusOr<StudentConfig> ParseStudentConfig(const nlohmann::json& json);

// Whether a config.json is that of an exported student.
bool IsStudentConfig(const nlohmann::json& json);

}  // namespace rad
