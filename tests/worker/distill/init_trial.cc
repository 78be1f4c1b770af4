// init_trial: how SSM heads are best started from a teacher's attention heads: for each state dimension and
// each way, the relative error of the heads' contribution before any training and after equal tokens of
// alignment, on a batch that no step sees. One JSON line each; run by hand.
//   init_trial MODEL 'TEXT GLOB' TOKENS RATE N[,N...] WAY[,WAY...]
// Ways, each followed by the calibration that all share (calibrate_heads.h); x is always the teacher's v:
//   random     rows of B and C drawn
//   rows       the first N rows of k and q
//   plain      the best rank-N factors of W_q^T W_k
//   white      the best rank-N factors of the q-k map in coordinates where the tokens' q and k are white
//   rotary     the same with the rotation that the head's own attention sees on average between q and k
//   attention  the best rank-N factors of the attention itself, as a bilinear map of the layer's input
// On SmolLM2 (4,096 tokens at a rate of 1e-3, one seed), error at the start / after:
//   N        4            8            16           64           128
//   white    .764 / .593  .758 / .592  .754 / .596  .748 / .813  .748 / 1.016
//   rotary   .786 / .614  .782 / .615  .779 / .626  .775 / .914  .775 / 1.320
//   plain    .817 / .635  .802 / .629  .784 / .652  .748 / .912  .748 / 1.083
//   rows     .827 / .640  .797 / .625  .758 / .642  .748 / .982  .748 / 1.179
//   attention .821 / .753 .819 / .784  .815 / .886  .804 / 1.75  .801 / 2.774
//   random   .851 / .672  .853 / .673  .852 / .740  .845 / 1.13  .843 / 2.341
// Eight steps have hardly a warm-up, which N of 64 and more do not stand; at 2e-4 they fall too: N = 64 white
// .629, plain .626, rows .634; N = 128 white .615, plain .640.
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "worker/distill/calibrate_heads.h"
#include "worker/distill/head_aligner.h"
#include "worker/distill/init_heads.h"
#include "worker/distill/learning_rate.h"
#include "worker/model/working_dtype.h"

namespace rad {
namespace {

constexpr std::int64_t kInputDirections = 256;  // of the layer's input that "attention" looks at

// One head's projections of the layer's input u: q = u q^T, k = u k^T, and what it attends to.
struct HeadData {
  at::Tensor q, k;       // [P, d], attention's 1 / sqrt(P) on both
  at::Tensor u;          // [n, d] all tokens
  at::Tensor weight;     // [b, t, t] attention times |v|
  at::Tensor key_norms;  // [b, t] |v|
  Rope rope;
};
struct Factors {
  at::Tensor c, b;  // [N, d]
};

// The leading part of q^T between k in coordinates where q and k are white; `between` undefined: the
// identity.
at::Tensor Factor(const at::Tensor& tokens) {
  const at::Tensor moment = at::matmul(tokens.t(), tokens) / tokens.size(0);
  return at::linalg_cholesky(moment + moment.diagonal().mean() * 1e-5 * at::eye(moment.size(0)), true);
}
Factors White(const HeadData& head, const at::Tensor& between, std::int64_t N) {
  const at::Tensor fq = Factor(at::matmul(head.u, head.q.t())), fk = Factor(at::matmul(head.u, head.k.t()));
  const at::Tensor map =
      between.defined() ? at::matmul(fq, at::matmul(between, fk.t())) : at::matmul(fq, fk.t());
  const auto [left, s, right] = at::linalg_svd(map);
  const at::Tensor root = s.slice(0, 0, N).sqrt().unsqueeze(1);
  const auto rows = [&](const at::Tensor& factor, const at::Tensor& directions) {
    return at::linalg_solve_triangular(factor, (root * directions.slice(0, 0, N)).t(), true, true).t();
  };
  return {at::matmul(rows(fq, left.t()), head.q), at::matmul(rows(fk, right), head.k)};
}

at::Tensor MeanRotation(const HeadData& head) {
  const std::int64_t t = head.weight.size(1), half = head.rope.cos.size(1);
  const at::Tensor position = at::arange(t), distance = (position.unsqueeze(1) - position).clamp_min(0);
  const at::Tensor share = at::zeros({t}).index_add(0, distance.flatten(), head.weight.sum(0).flatten());
  const at::Tensor by_distance = share / share.sum();
  const at::Tensor c = at::matmul(by_distance, head.rope.cos), s = at::matmul(by_distance, head.rope.sin);
  at::Tensor between = at::zeros({2 * half, 2 * half});
  between.slice(0, 0, half).slice(1, 0, half).copy_(at::diag(c));
  between.slice(0, half).slice(1, half).copy_(at::diag(c));
  between.slice(0, 0, half).slice(1, half).copy_(at::diag(s));
  between.slice(0, half).slice(1, 0, half).copy_(at::diag(-s));
  return between;
}

Factors Plain(const HeadData& head, std::int64_t N) {
  const auto [uq, sq, vq] = at::linalg_svd(head.q, false);
  const auto [uk, sk, vk] = at::linalg_svd(head.k, false);
  const auto [left, s, right] =
      at::linalg_svd(at::matmul(sq.unsqueeze(1) * at::matmul(uq.t(), uk), at::diag(sk)));
  const at::Tensor root = s.slice(0, 0, N).sqrt().unsqueeze(1);
  return {at::matmul(root * left.t().slice(0, 0, N), vq), at::matmul(root * right.slice(0, 0, N), vk)};
}

// M of least sum_ij |v_j|^2 (A_ij - z_i M z_j)^2 for white inputs z, taken as independent, and its leading
// part.
Factors Attention(const HeadData& head, const at::Tensor& whiten, std::int64_t N) {
  const std::int64_t b = head.weight.size(0), t = head.weight.size(1);
  const at::Tensor z = at::matmul(head.u, whiten.t()).view({b, t, -1});
  const at::Tensor squares = head.key_norms.square();
  const at::Tensor seen = at::arange(t, 0, -1).to(at::kFloat);  // queries that see key j
  const at::Tensor weighted = (head.weight * head.key_norms.unsqueeze(1));
  const at::Tensor cross = at::einsum("bir,bij,bjs->rs", {z, weighted, z}) / (b * t);
  const at::Tensor moment = at::einsum("bjr,bj,bjs->rs", {z, squares * seen, z}) / (b * t);
  const at::Tensor ridge = moment + moment.diagonal().mean() * 1e-3 * at::eye(z.size(2));
  const at::Tensor factor = at::linalg_cholesky(ridge, true);  // ridge = factor^T factor
  const auto [left, s, right] =
      at::linalg_svd(at::linalg_solve_triangular(factor, cross, /*upper=*/true, /*left=*/false));
  const at::Tensor root = s.slice(0, 0, N).sqrt().unsqueeze(1);
  const at::Tensor keys =
      at::linalg_solve_triangular(factor, (root * right.slice(0, 0, N)).t(), /*upper=*/true, /*left=*/true)
          .t();
  return {at::matmul(root * left.t().slice(0, 0, N), whiten), at::matmul(keys, whiten)};
}

Factors Start(const std::string& way, const HeadData& head, const at::Tensor& whiten, std::int64_t N) {
  const std::int64_t P = head.q.size(0), rank = std::min(N, P);
  if (way == "attention") return Attention(head, whiten, N);
  Factors some;
  if (way == "random")
    some = {at::randn({N, head.q.size(1)}) * head.q.std(), at::randn({N, head.q.size(1)}) * head.k.std()};
  if (way == "rows") some = {head.q.slice(0, 0, rank), head.k.slice(0, 0, rank)};
  if (way == "plain") some = Plain(head, rank);
  if (way == "white") some = White(head, {}, rank);
  if (way == "rotary") some = White(head, MeanRotation(head), rank);
  const std::int64_t more = N - some.c.size(0);
  if (more == 0) return some;
  // Zero on one side only: the product starts at 0, and the zero side has a gradient.
  return {at::cat({some.c, at::randn({more, head.q.size(1)}) * some.c.std()}),
          at::cat({some.b, at::zeros({more, head.q.size(1)})})};
}

// [r, d]: the leading directions of the tokens, scaled so that the tokens are white in them.
at::Tensor Whitening(const at::Tensor& u, std::int64_t N) {
  const auto [values, vectors] = at::linalg_eigh(at::matmul(u.t(), u) / u.size(0));
  const std::int64_t r = std::min(std::max(kInputDirections, N), u.size(1)), d = u.size(1);
  return (vectors.slice(1, d - r) / values.slice(0, d - r).clamp_min(1e-9).sqrt()).t().contiguous();
}

Mamba2Weights StartLayer(const std::string& way, const Transformer& teacher, const LayerView& view,
                         const BatchTensors& batch, std::int64_t N) {
  const ModelConfig& config = teacher.config;
  const AttentionWeights& a = teacher.layers[static_cast<std::size_t>(view.layer)].attention;
  Mamba2Weights w = BlankMixer(config, {N});
  const std::int64_t P = config.head_dim, t = view.normed.size(1);
  const at::Tensor u = view.normed.to(at::kFloat), flat = u.flatten(0, 1);
  const Rope rope = MakeRope(config, 0, t);
  const Qkv qkv = ProjectQkv(config, a, view.normed, rope);
  at::Tensor hidden = at::ones({t, t}, at::kBool).tril().logical_not().unsqueeze(0);
  if (batch.document.defined())
    hidden = hidden.logical_or(batch.document.unsqueeze(2).ne(batch.document.unsqueeze(1)));
  const at::Tensor whiten = way == "attention" ? Whitening(flat, N) : at::Tensor();
  const double scale = std::pow(static_cast<double>(P), -0.25);
  for (std::int64_t h = 0; h < config.heads; ++h) {
    const std::int64_t g = h / (config.heads / config.kv_heads);
    const at::Tensor q = qkv.q.select(1, h).to(at::kFloat), k = qkv.k.select(1, g).to(at::kFloat);
    const at::Tensor scores = at::bmm(q, k.transpose(1, 2)) / std::sqrt(static_cast<double>(P));
    const at::Tensor norms = qkv.v.select(1, g).to(at::kFloat).norm(2, -1);
    const HeadData head{a.q.narrow(0, h * P, P).to(at::kFloat) * scale,
                        a.k.narrow(0, g * P, P).to(at::kFloat) * scale,
                        flat,
                        at::softmax(scores.masked_fill(hidden, -INFINITY), -1) * norms.unsqueeze(1),
                        norms,
                        rope};
    const Factors start = Start(way, head, whiten, N);
    w.in_proj.narrow(0, h * P, P).copy_(a.v.narrow(0, g * P, P));
    w.in_proj.narrow(0, w.x_rows() + h * N, N).copy_(start.b);
    w.in_proj.narrow(0, w.x_rows() + w.b_rows() + h * N, N).copy_(start.c);
  }
  CalibrateHeads(view, batch.reset, w);
  return w;
}

double RelativeError(const Transformer& teacher, const std::vector<Mamba2Weights>& mixers,
                     const BatchTensors& batch) {
  const at::NoGradGuard no_grad;
  double error = 0;
  WalkTeacher(teacher, batch, [&](const LayerView& view) {
    const auto layer = static_cast<std::size_t>(view.layer);
    const at::Tensor heads = Mamba2Heads(mixers[layer], view.normed, batch.reset) - view.heads;
    const auto norm = [](const at::Tensor& x) { return x.to(at::kFloat).norm(2, -1).mean().item<double>(); };
    error += norm(at::linear(heads, teacher.layers[layer].attention.o)) / norm(view.output);
  });
  return error / static_cast<double>(teacher.config.layers);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  if (!value.ok()) std::exit(1);
  return *std::move(value);
}

int Run(char** argv) {
  const std::unique_ptr<ModelFile> file = Must(OpenModelFile(argv[1]));
  const std::unique_ptr<Tokenizer> tokenizer = Must(OpenTokenizer(argv[1]));
  const Transformer teacher = Must(LoadTransformer(*file, WorkingDtype(FastestPrecision())));
  DataSpec spec{.text = {argv[2]}, .retrieval_share = 0.5};
  spec.prompts.pairs = 10;
  const TrainingData data = Must(TrainingData::Open(spec, *tokenizer));
  const auto batch = [&](DataStream stream, std::int64_t index, int sequences) {
    return ToTensors(Must(data.Batch(stream, index, sequences)));
  };
  const BatchTensors calibration = batch(DataStream::kCalibrate, 0, 8),
                     unseen = batch(DataStream::kDistill, 0, 8);
  const std::int64_t steps = std::atoll(argv[3]) / (4 * spec.sequence_tokens);
  for (const auto& n_text : absl::StrSplit(argv[5], ',')) {
    const std::int64_t N = std::atoll(std::string(n_text).c_str());
    for (const auto& way_text : absl::StrSplit(argv[6], ',')) {
      const std::string way(way_text);
      at::manual_seed(1);
      const auto start = std::chrono::steady_clock::now();
      std::vector<Mamba2Weights> mixers;
      WalkTeacher(teacher, calibration, [&](const LayerView& view) {
        const at::NoGradGuard no_grad;
        mixers.push_back(StartLayer(way, teacher, view, calibration, N));
      });
      const double started = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const double first = RelativeError(teacher, mixers, unseen);
      HeadAligner aligner(teacher, std::move(mixers));
      const LearningRateSchedule schedule{.peak = std::atof(argv[4]), .steps = steps};
      for (std::int64_t step = 0; step < steps; ++step)
        aligner.Step(batch(DataStream::kAlign, step, 4), LearningRateAt(schedule, step), 0, step);
      std::printf(
          "{\"state_dim\": %ld, \"way\": \"%s\", \"error_at_start\": %.4f, \"error_after\": %.4f, "
          "\"tokens\": %ld, \"start_seconds\": %.1f}\n",
          N, way.c_str(), first, RelativeError(teacher, aligner.mixers(), unseen),
          steps * 4 * spec.sequence_tokens, started);
      std::fflush(stdout);
    }
  }
  return 0;
}

}  // namespace
}  // namespace rad

int main(int argc, char** argv) {
  if (argc == 7) return rad::Run(argv);
  std::fprintf(stderr, "usage: init_trial MODEL 'TEXT GLOB' TOKENS RATE N[,N...] WAY[,WAY...]\n");
  return 2;
}
