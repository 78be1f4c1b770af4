#include "worker/distill/training_tensors.h"

#include "worker/model/ssd.h"

namespace rad {
namespace {

constexpr int kCalibrationSequences = 8;

}  // namespace

BatchTensors ToTensors(const TrainingBatch& batch) {
  const std::vector<std::int64_t> shape{batch.sequences, batch.sequence_tokens};
  BatchTensors tensors;
  tensors.ids = at::tensor(batch.ids).view(shape);
  tensors.is_answer = at::tensor(batch.is_answer).view(shape).to(at::kBool);
  const at::Tensor document = at::tensor(batch.document).view(shape);
  if (document.max().item<std::int64_t>() > 0) {
    tensors.document = document;
    tensors.reset = DocumentStarts(document);
  }
  return tensors;
}

BatchTensors SequencesOf(const BatchTensors& batch, std::int64_t begin, std::int64_t count) {
  const auto part = [&](const at::Tensor& t) { return t.defined() ? t.narrow(0, begin, count) : t; };
  return {part(batch.ids), part(batch.document), part(batch.reset), part(batch.is_answer)};
}

absl::StatusOr<BatchTensors> CalibrationBatch(const TrainingData& data) {
  const absl::StatusOr<TrainingBatch> batch = data.Batch(DataStream::kCalibrate, 0, kCalibrationSequences);
  if (!batch.ok()) return batch.status();
  return ToTensors(*batch);
}

}  // namespace rad
