// decay_scores.h: the lower-triangular decay of one chunk of an SSD head, fused with the product of C and B.
// One tile is one head of one sequence over l <= 128 tokens. The mixing matrix of the tile is
//     M[i,j] = C_i.B_j * a_i * a_{i-1} * ... * a_{j+1}   (j < i),   M[i,i] = C_i.B_i + skip,   0 above the
//     diagonal.
// The products are formed row after row in double, so that neither strong nor weak decay overflows or loses
// digits, and a_i = 0 (the first token of a document) cuts every path across it exactly.
#pragma once

#include <cstdint>

namespace rad::kernels {

// scores [l,l]: C_i.B_j on entry, M on return. decay [l]: a_i in [0,1].
void DecayScores(std::int64_t l, const double* decay, float skip, float* scores);

// grad [l,l]: dLoss/dM on entry (all entries; those above the diagonal are ignored), dLoss/d(C_i.B_j) on
// return. mixing [l,l]: M of the forward pass. Writes grad_log_decay [l] = dLoss/d(log a_i), 0 where a_i = 0,
// and returns dLoss/dskip.
double DecayScoresBackward(std::int64_t l, const double* decay, const float* mixing, float* grad,
                           float* grad_log_decay);

}  // namespace rad::kernels
