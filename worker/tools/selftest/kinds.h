// kinds.h: the kinds of test case, each run through the code that training and decoding use.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/tools/selftest/check.h"

namespace rad {

// Tensors of a case, for each kind, as the files of reference values have them; results that a case lacks are
// not checked. Shapes: b sequences, l tokens, h heads, P head dimension, N state dimension, d hidden, V
// vocabulary.
//
// SSD scan: x, dy [b,l,h,P], B, C [b,l,h,N], log_a [b,l,h], D [h], init_state [b,h,N,P], reset [b,l]; y,
// final_state, grad_<input>.
std::vector<Check> CheckSsd(const SelftestCase& test);
// DiscreteMamba-2 layer: u, dy [b,l,d], param.<name>; output, output_step, grad.u, grad.<name>, ssm_state_mid
// and _final [b,h,P,N], conv_state_mid and _final [b,channels,4] (of which the last three inputs are state),
// mixer_matrix [b,h,l,l]. Settings: heads, P, N.
std::vector<Check> CheckMixer(const SelftestCase& test);
// Adapter join: attention [b,l,K*P], ssm [b,l,h*P], o [d,(K+h)*P], adapter.weight [d,d], adapter.bias [d];
// output [b,l,d].
std::vector<Check> CheckAdapter(const SelftestCase& test);
// Distillation loss: teacher, student [T,V], keep [T]; loss [1], loss_per_token [T], grad_student.
// Settings: tau_teacher, tau_student (1 when absent).
std::vector<Check> CheckKdLoss(const SelftestCase& test);
// Dequantisation: raw uint8, f32. Settings: type.
std::vector<Check> CheckDequantisation(const SelftestCase& test);

// The kind by the tensors' names; INVALID_ARGUMENT when they are of no kind, or what that kind needs is
// missing.
absl::StatusOr<std::vector<Check>> RunCase(const SelftestCase& test);

}  // namespace rad
