// student_trainer.h: trains a hybrid student end to end on its teacher's next-token distributions.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "worker/distill/adamw.h"
#include "worker/distill/training_tensors.h"
#include "worker/model/hybrid.h"
#include "worker/parallel/gradient_sum.h"

namespace rad {

// Which positions the loss is taken at, and with which weight: all that predict an answer's token, and a
// share of the others drawn from (seed, step). The LM head is the only part whose cost this saves, but with a
// small model and a large vocabulary that is a large part.
struct LossPositions {
  at::Tensor index;   // [n] int64 into the batch's b*t positions, ascending
  at::Tensor weight;  // [n] float32
};
LossPositions ChooseLossPositions(const at::Tensor& is_answer, std::uint64_t seed, std::int64_t step);
// Those within positions [begin, begin + count), counted from there.
LossPositions PositionsWithin(const LossPositions& positions, std::int64_t begin, std::int64_t count);

struct DistillStep {
  double loss = 0;
  bool skipped = false;  // the gradient was not finite, and nothing was changed
};

class StudentTrainer {
 public:
  // Trains the tensors of TrainedTensors(student) in place. `teacher` must outlive this, and so must
  // `collective`, which is null when the seat is alone. In a gang all ranks start from rank 0's student: what
  // was fitted on unlike processors may differ in its last bits.
  StudentTrainer(const Transformer& teacher, HybridStudent student, double temperature,
                 const GangSeat& seat = {}, Collective* collective = nullptr);

  // Every rank gives the whole batch and computes its parts of it; loss, gradient and step are of the whole
  // batch, and the same on all ranks. Throws PeerLost.
  DistillStep Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed, std::int64_t step);

  const HybridStudent& student() const { return student_; }
  std::vector<NamedTensor> Weights() const { return optimizer_.parameters(); }
  std::vector<NamedTensor> OptimizerState() const { return optimizer_.State("student"); }

 private:
  // The loss of a part, as a share of the batch's; its gradient is added to that of the parts before.
  double Backward(const BatchTensors& part, const LossPositions& positions, double total_weight);

  const Transformer& teacher_;
  HybridStudent student_;
  AdamW optimizer_;
  double temperature_;
  const GangSeat seat_;
  Collective* const collective_;
  std::unique_ptr<GradientSum> gradients_;
};

}  // namespace rad
