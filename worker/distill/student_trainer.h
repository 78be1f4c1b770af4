// student_trainer.h: trains a hybrid student end to end on its teacher's next-token distributions.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/distill/adamw.h"
#include "worker/distill/training_tensors.h"
#include "worker/model/hybrid.h"

namespace rad {

// Which positions the loss is taken at, and with which weight: all that predict an answer's token, and a
// share of the others drawn from (seed, step). The LM head is the only part whose cost this saves, but with a
// small model and a large vocabulary that is a large part.
struct LossPositions {
  at::Tensor index;   // [n] int64 into the batch's b*t positions, ascending
  at::Tensor weight;  // [n] float32
};
LossPositions ChooseLossPositions(const at::Tensor& is_answer, std::uint64_t seed, std::int64_t step);

struct DistillStep {
  double loss = 0;
  bool skipped = false;  // the gradient was not finite, and nothing was changed
};

class StudentTrainer {
 public:
  // Trains the tensors of TrainedTensors(student) in place. `teacher` must outlive this.
  StudentTrainer(const Transformer& teacher, HybridStudent student, double temperature);

  DistillStep Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed, std::int64_t step);

  const HybridStudent& student() const { return student_; }
  std::vector<NamedTensor> Weights() const { return optimizer_.parameters(); }
  std::vector<NamedTensor> OptimizerState() const { return optimizer_.State("student"); }

 private:
  const Transformer& teacher_;
  HybridStudent student_;
  AdamW optimizer_;
  double temperature_;
};

}  // namespace rad
