// calibrate_heads.h: the few numbers of an SSM head that need no training once x, B and C are projected: how
// fast it forgets, how strongly C.B counts, and how much of x passes by.
#pragma once

#include "worker/distill/teacher_walk.h"
#include "worker/model/mamba2_mixer.h"

namespace rad {

// Sets each head's decay bias (the best of a few), multiplies its B and C, and sets its D, all so that its
// output on the calibration tokens is the teacher head's as nearly as can be (least squares). `w` has zero z
// and A_log rows.
void CalibrateHeads(const LayerView& calibration, const at::Tensor& reset, Mamba2Weights& w);

}  // namespace rad
