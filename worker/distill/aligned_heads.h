// aligned_heads.h: the artifact "aligned": one SSM head for every attention head of a teacher.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/mamba2_mixer.h"
#include "worker/model/model_config.h"
#include "worker/model/ssm_size.h"

namespace rad {

struct AlignedHeads {
  std::string teacher_digest;
  std::vector<Mamba2Weights> layers;  // all heads of each layer
};

// `folder` exists already.
absl::Status WriteAlignedHeads(const std::filesystem::path& folder, const AlignedHeads& heads);

// FAILED_PRECONDITION when the heads were aligned to another teacher or have another size than asked
// for.
absl::StatusOr<std::vector<Mamba2Weights>> ReadAlignedHeads(const std::filesystem::path& folder,
                                                            const ModelConfig& config,
                                                            const std::string& teacher_digest,
                                                            const SsmSize& size);

}  // namespace rad
