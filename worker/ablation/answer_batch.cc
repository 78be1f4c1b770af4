#include "worker/ablation/answer_batch.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace rad {
namespace {

AnswerBatch MakeBatch(std::span<const ProbeExample> all, std::vector<int> members) {
  std::int64_t t = 0;
  for (int member : members) t = std::max(t, InputLength(all[member]));
  AnswerBatch batch;
  batch.ids = at::zeros({static_cast<std::int64_t>(members.size()), t}, at::kLong);
  auto ids = batch.ids.accessor<std::int64_t, 2>();
  for (std::size_t e = 0; e < members.size(); ++e) {
    const ProbeExample& example = all[members[e]];
    for (std::int64_t i = 0; i < InputLength(example); ++i) ids[e][i] = example.ids[i];
  }
  static_cast<AnswerKey&>(batch) = MakeAnswerKey(all, std::move(members));
  return batch;
}

}  // namespace

AnswerKey MakeAnswerKey(std::span<const ProbeExample> all, std::vector<int> examples) {
  AnswerKey key;
  int longest = 0;
  for (int member : examples) {
    const ProbeExample& example = all[member];
    TORCH_CHECK(example.answer_len >= 1 && example.answer_len <= InputLength(example), "a probe example of ",
                example.ids.size(), " ids cannot end in an answer of ", example.answer_len);
    longest = std::max(longest, example.answer_len);
    key.answer_lens.push_back(example.answer_len);
  }
  const auto count = static_cast<std::int64_t>(examples.size());
  key.positions = at::empty({count, longest}, at::kLong);
  key.targets = at::empty({count, longest}, at::kLong);
  auto positions = key.positions.accessor<std::int64_t, 2>();
  auto targets = key.targets.accessor<std::int64_t, 2>();
  for (std::int64_t e = 0; e < count; ++e) {
    const ProbeExample& example = all[examples[e]];
    for (std::int64_t a = 0; a < longest; ++a) {
      positions[e][a] = InputLength(example) - example.answer_len + (a < example.answer_len ? a : 0);
      targets[e][a] = example.ids[positions[e][a] + 1];
    }
  }
  key.examples = std::move(examples);
  return key;
}

std::vector<AnswerBatch> MakeAnswerBatches(std::span<const ProbeExample> examples, std::int64_t max_tokens) {
  std::vector<int> order(examples.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return examples[a].ids.size() < examples[b].ids.size(); });
  std::vector<AnswerBatch> batches;
  std::vector<int> members;
  for (int next : order) {
    const std::int64_t padded = InputLength(examples[next]) * (members.size() + 1);
    if (!members.empty() && padded > max_tokens)
      batches.push_back(MakeBatch(examples, std::exchange(members, {})));
    members.push_back(next);
  }
  if (!members.empty()) batches.push_back(MakeBatch(examples, std::move(members)));
  return batches;
}

void ReadAnswers(const AnswerKey& key, const at::Tensor& logits, std::span<ProbeRun* const> runs) {
  const std::int64_t copies = runs.size();
  const at::Tensor rows = logits.to(at::kFloat);
  const at::Tensor index = key.targets.reshape({1, -1}).expand({copies, -1}).reshape({-1, 1});
  const at::Tensor chosen = rows.gather(1, index);
  const at::Tensor logprob = chosen.squeeze(1) - rows.logsumexp(1);
  const at::Tensor others = rows.scatter(1, index, -std::numeric_limits<float>::infinity()).amax(1);
  const at::Tensor margin = chosen.squeeze(1) - others;
  const auto shape = std::vector<std::int64_t>{copies, key.positions.size(0), key.positions.size(1)};
  const at::Tensor margins = margin.reshape(shape), logprobs = logprob.reshape(shape);
  const auto m = margins.accessor<float, 3>(), lp = logprobs.accessor<float, 3>();
  for (std::int64_t c = 0; c < copies; ++c) {
    for (std::size_t e = 0; e < key.examples.size(); ++e) {
      float least = m[c][e][0], sum = 0;
      for (int a = 0; a < key.answer_lens[e]; ++a) {
        least = std::min(least, m[c][e][a]);
        sum += lp[c][e][a];
      }
      const int example = key.examples[e];
      runs[c]->correct[example] = least > 0;
      runs[c]->margin[example] = least;
      runs[c]->answer_logprob[example] = sum;
    }
  }
}

ProbeRun EmptyRun(std::size_t examples) {
  return {std::vector<std::uint8_t>(examples), std::vector<float>(examples), std::vector<float>(examples)};
}

}  // namespace rad
