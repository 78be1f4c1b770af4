#include "worker/ablation/head_roles.h"

#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "worker/ablation/attribution.h"
#include "worker/ablation/check_heads.h"

namespace rad {
namespace {

// Attention of one head over one example: q, k [t, P] -> [t, t], rows sum to 1.
at::Tensor Attention(const at::Tensor& q, const at::Tensor& k) {
  const std::int64_t t = q.size(0);
  const at::Tensor scores =
      at::matmul(q.to(at::kFloat), k.to(at::kFloat).t()) / std::sqrt(static_cast<double>(q.size(1)));
  return at::softmax(
      scores.masked_fill(at::ones({t, t}, at::kBool).triu(1), -std::numeric_limits<float>::infinity()), 1);
}

// Adds one example's shares, each weighted by `weight`.
void AddShares(const at::Tensor& attention, const ProbeExample& example, double weight, HeadRole& role) {
  const auto share = [&](int from, int begin, int end) {
    return attention[from].slice(0, begin, end).sum().item<double>();
  };
  const double line_weight = weight / static_cast<double>(example.pairs.size());
  for (const PairPlace& pair : example.pairs) {
    const int last = pair.end - 1;
    role.gather += line_weight * share(last, pair.begin, last);
    role.gather_if_equal += line_weight * (last - pair.begin) / (last + 1);
  }
  const PairPlace& asked = example.pairs.at(example.asked);
  const int question_end = static_cast<int>(example.ids.size()) - example.answer_len - 1;
  role.aggregate += weight * share(question_end, asked.value, asked.end);
  role.aggregate_if_equal += weight * (asked.end - asked.value) / (question_end + 1);
}

void AddExample(const Transformer& model, const ProbeExample& example, double weight,
                std::vector<HeadRole>& roles) {
  const ModelConfig& config = model.config;
  const std::vector<std::int64_t> list(example.ids.begin(), example.ids.end());
  const Rope rope = MakeRope(config, 0, static_cast<std::int64_t>(list.size()));
  at::Tensor x = Embed(model, at::tensor(list).unsqueeze(0));
  for (int layer = 0; layer < config.layers; ++layer) {
    const LayerWeights& w = model.layers[static_cast<std::size_t>(layer)];
    const Qkv qkv = ProjectQkv(config, w.attention, Normed(model, x, w.input_norm), rope);
    for (HeadRole& role : roles) {
      if (role.head.layer != layer) continue;
      const std::int64_t group = role.head.head / (config.heads / config.kv_heads);
      AddShares(Attention(qkv.q[0][role.head.head], qkv.k[0][group]), example, weight, role);
    }
    x = LayerForward(model, layer, x, rope);
  }
}

absl::Status CheckPlaces(std::span<const ProbeExample> examples) {
  for (const ProbeExample& example : examples) {
    if (example.pairs.empty()) {
      return absl::InvalidArgumentError("an example does not say where its pairs are; use one of MakeProbe");
    }
  }
  return absl::OkStatus();
}

// Every head with its attribution, and no attention seen yet.
absl::StatusOr<std::vector<HeadRole>> StartWithAttribution(const Transformer& model,
                                                           std::span<const ProbeExample> examples,
                                                           std::span<const HeadId> heads) {
  const auto attributed = AttributeHeads(model, examples);
  if (!attributed.ok()) return attributed.status();
  std::vector<HeadRole> roles;
  for (const HeadId& head : heads) {
    const std::int64_t at = head.layer * model.config.heads + head.head;
    roles.push_back({.head = head, .attribution = (*attributed)[static_cast<std::size_t>(at)].second});
  }
  return roles;
}

}  // namespace

absl::StatusOr<std::vector<HeadRole>> ClassifyHeads(const Transformer& model,
                                                    std::span<const ProbeExample> examples,
                                                    std::span<const HeadId> heads,
                                                    const std::function<bool(std::int64_t)>& progress) {
  if (absl::Status status = CheckHeads(model.config, heads); !status.ok()) return status;
  if (absl::Status status = CheckPlaces(examples); !status.ok()) return status;
  auto roles = StartWithAttribution(model, examples, heads);
  if (!roles.ok()) return roles.status();
  const c10::InferenceMode inference;
  std::int64_t done = 0;
  for (const ProbeExample& example : examples) {
    AddExample(model, example, 1.0 / static_cast<double>(examples.size()), *roles);
    if (!progress(++done)) return absl::CancelledError("classifying heads was told to stop");
  }
  return roles;
}

}  // namespace rad
