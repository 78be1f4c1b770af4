// teacher_text.h: text that the teacher writes itself, for its student to learn from.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/data/token_shard.h"
#include "worker/distill/teacher_files.h"
#include "worker/task_host.h"

namespace rad {

// More than this is read again instead: writing it takes about as long as training on as much.
inline constexpr std::int64_t kMaxTeacherTextTokens = std::int64_t{1} << 24;

// Documents of at least `tokens` tokens in all (no more than kMaxTeacherTextTokens), sampled at
// temperature 1. As in data-free training (Liu et al. 2023, arXiv 2305.17888) each begins with a token drawn
// from the whole vocabulary; it ends at the end-of-text token, which is left out, or after
// spec.sequence_tokens. Document i is a function of (teacher, seed, sequence_tokens, i) up to the arithmetic
// of this machine's processor; those written before are taken from spec.cache, where a task that is cut short
// leaves what it has. Reports the phase "sampling text from the teacher"; CANCELLED when the host says stop.
absl::StatusOr<std::vector<TokenShard>> SampleTeacherText(const TeacherFiles& teacher, const DataSpec& spec,
                                                          std::int64_t tokens, TaskHost& host);

}  // namespace rad
