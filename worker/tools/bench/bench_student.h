// bench_student.h: something to train where speed and memory do not depend on what the weights and the text
// are.
#pragma once

#include "worker/distill/training_tensors.h"
#include "worker/model/hybrid.h"

namespace rad {

// No head kept: the most there is to train.
HybridStudent MakeBenchStudent(const Transformer& teacher, int state_dim);
BatchTensors MakeBenchBatch(std::int64_t vocab, int sequences, int tokens);

}  // namespace rad
