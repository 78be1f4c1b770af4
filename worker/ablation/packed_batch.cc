#include "worker/ablation/packed_batch.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace rad {
namespace {

std::int64_t DivideUp(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Tokens that all examples begin with, among those before any answer is read.
std::int64_t SharedBeginning(std::span<const ProbeExample> examples) {
  if (examples.size() < 2) return 0;
  const ProbeExample& first = examples.front();
  std::int64_t shared = InputLength(first);
  for (const ProbeExample& example : examples) {
    shared = std::min(shared, InputLength(example) - example.answer_len);
    const auto end = first.ids.begin() + shared;
    shared = std::mismatch(first.ids.begin(), end, example.ids.begin()).first - first.ids.begin();
  }
  return shared;
}

// Lays tokens one behind the other.
struct Row {
  std::vector<std::int64_t> ids, places;
  std::vector<std::int32_t> first_visible;

  std::int64_t size() const { return static_cast<std::int64_t>(ids.size()); }

  // Tokens [begin, end) of the example.
  void Add(const ProbeExample& example, std::int64_t begin, std::int64_t end) {
    const auto first = static_cast<std::int32_t>(size());
    for (std::int64_t i = begin; i < end; ++i) {
      ids.push_back(example.ids[static_cast<std::size_t>(i)]);
      places.push_back(i);
      first_visible.push_back(first);
    }
  }
};

PackedBatch Pack(const ModelConfig& config, std::span<const ProbeExample> all, std::int64_t begin,
                 std::int64_t end) {
  const auto examples = all.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  const std::int64_t shared = SharedBeginning(examples);
  std::vector<int> members(examples.size());
  std::iota(members.begin(), members.end(), static_cast<int>(begin));
  PackedBatch batch;
  static_cast<AnswerKey&>(batch) = MakeAnswerKey(all, std::move(members));
  Row row;
  row.Add(examples.front(), 0, shared);
  std::int64_t longest = 0;
  batch.rows = batch.positions.clone();
  for (std::size_t e = 0; e < examples.size(); ++e) {
    batch.rows[static_cast<std::int64_t>(e)] += row.size() - shared;
    row.Add(examples[e], shared, InputLength(examples[e]));
    longest = std::max(longest, InputLength(examples[e]));
  }
  batch.rows = batch.rows.view({-1});
  batch.ids = at::tensor(row.ids, at::kLong).unsqueeze(0);
  const Rope rope = MakeRope(config, 0, longest);
  const at::Tensor places = at::tensor(row.places, at::kLong);
  batch.rope = {rope.cos.index_select(0, places), rope.sin.index_select(0, places)};
  batch.visible = {std::move(row.first_visible), shared};
  return batch;
}

}  // namespace

std::vector<PackedBatch> PackExamples(const ModelConfig& config, std::span<const ProbeExample> examples,
                                      std::int64_t max_tokens, std::int64_t parts) {
  std::int64_t longest = 1;
  for (const ProbeExample& example : examples) longest = std::max(longest, InputLength(example));
  const auto count = static_cast<std::int64_t>(examples.size());
  const std::int64_t fit = std::max<std::int64_t>(1, max_tokens / longest);
  const std::int64_t batches = std::min(count, DivideUp(DivideUp(count, fit), parts) * parts);
  std::vector<PackedBatch> packed;
  for (std::int64_t i = 0; i < batches; ++i)
    packed.push_back(Pack(config, examples, count * i / batches, count * (i + 1) / batches));
  return packed;
}

}  // namespace rad
