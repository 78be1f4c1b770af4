// hybrid_decode.h: a hybrid student as a language model, with a decode state that holds K and V of the kept
// heads only.
#pragma once

#include <memory>

#include "worker/model/hybrid.h"
#include "worker/model/language_model.h"

namespace rad {

// The decode state keeps, per layer and sequence, all of it in the dtype asked for and allocated at once for
// the whole context:
//   "kv_cache"    K and V (rope applied) of the key-value groups of the kept heads:  groups * 2 * Q * context
//   "ssm_state"   the state of each SSM head:                                        SSM heads * P * N
//   "conv_state"  the last 3 inputs of each SSM head's convolution:                  SSM heads * 3 * (P + 2
//   N)
// with Q the teacher's head dimension and P the SSM heads'. DecodingBytesByFormula is the sum of the three,
// at 2 bytes each. It differs from the formula published with the method, kept heads * 2 * Q * 2 bytes *
// context + layers * H * P * N * 2 bytes, in that kept heads of one group share their K and V, kept heads
// have no SSM state (with join replace), and the convolution's inputs are counted.
std::unique_ptr<LanguageModel> MakeHybridModel(HybridStudent student);

}  // namespace rad
