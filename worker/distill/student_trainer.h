// student_trainer.h: trains a hybrid student end to end on its teacher's next-token distributions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "worker/distill/adamw.h"
#include "worker/distill/optimizer_shards.h"
#include "worker/distill/student_training.h"
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
  // The text's own next tokens there [n] int64, and their weights: as above, or 0 where a sequence or
  // document ends. Undefined without AddNextTokens.
  at::Tensor next_token, next_token_weight;
};
LossPositions ChooseLossPositions(const at::Tensor& is_answer, std::uint64_t seed, std::int64_t step);
void AddNextTokens(const BatchTensors& batch, LossPositions& positions);
// Those within positions [begin, begin + count), counted from there.
LossPositions PositionsWithin(const LossPositions& positions, std::int64_t begin, std::int64_t count);

struct DistillStep {
  double loss = 0;                             // distance of the distributions
  std::map<std::string, double> extra_losses;  // "next_token" and "hidden" where asked for, unweighted
  bool skipped = false;                        // the gradient was not finite, and nothing was changed
};

class StudentTrainer {
 public:
  // Trains the tensors of TrainedTensors(student) in place, or with TrainedPart::kAll those and a base of its
  // own. `teacher` must outlive this, and so must `collective`, which is null when the seat is alone. In a
  // gang all ranks start from rank 0's student: what was fitted on unlike processors may differ in its last
  // bits.
  StudentTrainer(const Transformer& teacher, HybridStudent student, const StudentTraining& training,
                 const GangSeat& seat = {}, Collective* collective = nullptr);

  // Every rank gives the whole batch and computes its parts of it; loss, gradient and step are of the whole
  // batch, and the same on all ranks. Throws PeerLost.
  DistillStep Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed, std::int64_t step);

  const HybridStudent& student() const { return student_; }
  std::vector<NamedTensor> Weights() const { return optimizer_.parameters(); }
  // That of this rank, where the optimizer is sharded; OptimizerShards otherwise null.
  std::vector<NamedTensor> OptimizerState() const { return optimizer_.State("student"); }
  const OptimizerShards* shards() const { return shards_.get(); }
  void GatherOptimizer() const { shards_->Gather(optimizer_); }

 private:
  LossPositions Positions(const BatchTensors& batch, std::uint64_t seed, std::int64_t step) const;
  // The terms of a part's loss, [3], as shares of the batch's; its gradient is added to that of the parts
  // before.
  at::Tensor Backward(const BatchTensors& part, const LossPositions& positions, std::int64_t batch_tokens);

  const Transformer& teacher_;
  const StudentTraining training_;
  HybridStudent student_;
  const GangSeat seat_;
  Collective* const collective_;
  const std::unique_ptr<OptimizerShards> shards_;
  AdamW optimizer_;
  std::unique_ptr<GradientSum> gradients_;
};

}  // namespace rad
