#include "worker/ablation/head_roles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "absl/status/status.h"
#include "worker/ablation/attribution.h"
#include "worker/ablation/check_heads.h"
#include "worker/ablation/side_by_side.h"

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

// What one example adds to a head's role, each share weighted by `weight`.
HeadRole SharesOf(const at::Tensor& attention, const ProbeExample& example, double weight) {
  HeadRole role;
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
  return role;
}

void Add(const HeadRole& shares, HeadRole& role) {
  role.gather += shares.gather;
  role.gather_if_equal += shares.gather_if_equal;
  role.aggregate += shares.aggregate;
  role.aggregate_if_equal += shares.aggregate_if_equal;
}

// Of each of `heads` in turn. Layers above the last of them are not run.
std::vector<HeadRole> SharesOf(const Transformer& model, const ProbeExample& example, double weight,
                               std::span<const HeadId> heads) {
  const ModelConfig& config = model.config;
  int last = -1;
  for (const HeadId& head : heads) last = std::max(last, head.layer);
  std::vector<HeadRole> shares(heads.size());
  const std::vector<std::int64_t> list(example.ids.begin(), example.ids.end());
  const Rope rope = MakeRope(config, 0, static_cast<std::int64_t>(list.size()));
  at::Tensor x = Embed(model, at::tensor(list).unsqueeze(0));
  for (int layer = 0; layer <= last; ++layer) {
    const LayerWeights& w = model.layers[static_cast<std::size_t>(layer)];
    const Qkv qkv = ProjectQkv(config, w.attention, Normed(model, x, w.input_norm), rope);
    for (std::size_t i = 0; i < heads.size(); ++i) {
      if (heads[i].layer != layer) continue;
      const std::int64_t group = heads[i].head / (config.heads / config.kv_heads);
      shares[i] = SharesOf(Attention(qkv.q[0][heads[i].head], qkv.k[0][group]), example, weight);
    }
    if (layer < last) x = LayerForward(model, layer, x, rope);
  }
  return shares;
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
  std::vector<std::vector<HeadRole>> shares(examples.size());  // apart, so that sums do not depend on threads
  std::int64_t done = 0;
  std::mutex reporting;
  const bool finished = SideBySide(examples.size(), [&](std::size_t i) {
    shares[i] = SharesOf(model, examples[i], 1.0 / static_cast<double>(examples.size()), heads);
    const std::lock_guard lock(reporting);
    return progress(++done);
  });
  if (!finished) return absl::CancelledError("classifying heads was told to stop");
  for (const std::vector<HeadRole>& of_example : shares) {
    for (std::size_t i = 0; i < heads.size(); ++i) Add(of_example[i], (*roles)[i]);
  }
  return roles;
}

}  // namespace rad
