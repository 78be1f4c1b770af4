// student_training.h: how a student is trained end to end, apart from the data and the learning rate. No
// torch here.
#pragma once

#include <cstdint>

namespace rad {

enum class TrainedPart { kMixers, kAll };

struct StudentTraining {
  double temperature = 1;
  // Terms of the loss beside the distance of the two distributions; 0: none.
  double next_token_weight = 0;            // cross-entropy of the text's own next token
  double hidden_weight = 0;                // relative squared distance of the layers' outputs
  double weight_decay = 0;                 // of matrices
  std::int64_t micro_batch_sequences = 0;  // most that go through the student at once; 0: all that there are
  TrainedPart train = TrainedPart::kMixers;
  bool recompute = false;        // a layer's activations again in the backward pass, instead of keeping them
  bool shard_optimizer = false;  // each rank of a gang holds the moments of its own parameters only
};

}  // namespace rad
