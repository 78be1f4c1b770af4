#include "worker/distill/teacher_text.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "worker/ablation/split_mix.h"
#include "worker/data/token_cache.h"
#include "worker/data/tokenizer_digest.h"
#include "worker/model/sha256.h"
#include "worker/model/teacher_model.h"

namespace rad {
namespace {

// Tokens written in step, which bounds the key-value cache; and documents, beyond which the products' rate no
// longer grows.
constexpr std::int64_t kBatchTokens = 4096, kBatchDocuments = 64;
constexpr std::uint64_t kTeacherText = 0x7ea;  // what the numbers drawn are for

// Of each row of logits [b, V], given a number in [0, 1) each.
at::Tensor DrawTokens(const at::Tensor& logits, const std::vector<double>& units) {
  const at::Tensor cumulated = logits.to(at::kFloat).softmax(1).cumsum(1, at::kDouble);
  const at::Tensor total = cumulated.narrow(1, cumulated.size(1) - 1, 1);
  const at::Tensor drawn =
      at::searchsorted(cumulated, at::tensor(units).unsqueeze(1) * total, /*out_int32=*/false,
                       /*right=*/true);
  return drawn.clamp_max(cumulated.size(1) - 1);
}

class TeacherWriter {
 public:
  TeacherWriter(const TeacherFiles& teacher, const DataSpec& spec, std::int64_t tokens, TaskHost& host)
      : teacher_(teacher),
        spec_(spec),
        host_(host),
        tokenizer_digest_(TokenizerDigest(*teacher.tokenizer)),
        model_(MakeTeacherModel(teacher.model)),
        vocab_(std::min(teacher.tokenizer->vocab_size(), teacher.model.config.vocab)),
        documents_(std::clamp<std::int64_t>(kBatchTokens / spec.sequence_tokens, 1, kBatchDocuments)) {
    progress_.phase = "sampling text from the teacher";
    const std::int64_t batch_tokens = documents_ * spec.sequence_tokens;
    progress_.total = static_cast<double>((tokens + batch_tokens - 1) / batch_tokens * batch_tokens);
    progress_.unit = "tokens";
  }

  absl::StatusOr<TokenShard> Batch(std::int64_t batch) {
    return CachedShard(spec_.cache, NameOf(batch), *teacher_.tokenizer, tokenizer_digest_,
                       [&](TokenShardWriter& writer) { return Write(batch, writer); });
  }

  absl::Status Report(double done_tokens) {
    progress_.done = std::min(done_tokens, progress_.total);
    host_.Report(progress_);
    return host_.StopRequested() ? absl::CancelledError("sampling text stopped on request")
                                 : absl::OkStatus();
  }

 private:
  std::string NameOf(std::int64_t batch) const {
    return Sha256Hex(absl::StrCat("teacher text ", kShardVersion, " ", teacher_.digest, " ",
                                  static_cast<int>(teacher_.model.dtype()), " ", tokenizer_digest_, " ",
                                  spec_.seed, " ", spec_.sequence_tokens, " ", documents_, " ", batch));
  }

  absl::Status Write(std::int64_t batch, TokenShardWriter& writer) {
    const c10::InferenceMode inference;
    std::vector<SplitMix> random;
    std::vector<std::vector<TokenId>> documents(static_cast<std::size_t>(documents_));
    for (std::int64_t i = 0; i < documents_; ++i) {
      random.push_back(
          SplitMix({spec_.seed, kTeacherText, static_cast<std::uint64_t>(batch * documents_ + i)}));
      documents[static_cast<std::size_t>(i)] = {
          static_cast<TokenId>(random.back().Below(static_cast<std::uint64_t>(vocab_)))};
    }
    if (absl::Status status = Continue(random, documents); !status.ok()) return status;
    for (const std::vector<TokenId>& document : documents) {
      if (absl::Status status = writer.Add(document); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // All documents in step, until each has ended.
  absl::Status Continue(std::vector<SplitMix>& random, std::vector<std::vector<TokenId>>& documents) {
    const double before = progress_.done;
    const std::int64_t length = std::min(spec_.sequence_tokens, teacher_.model.config.context);
    const auto state = model_->NewDecodeState(documents_, length, teacher_.model.dtype());
    std::vector<bool> ended(documents.size());
    std::vector<double> units(documents.size());
    std::vector<std::int64_t> last;
    for (const std::vector<TokenId>& document : documents) last.push_back(document.front());
    for (std::int64_t token = 1; token < length; ++token) {
      std::transform(random.begin(), random.end(), units.begin(), [](SplitMix& draw) { return draw.Unit(); });
      const at::Tensor logits = state->Feed(at::tensor(last).unsqueeze(1)).narrow(1, 0, vocab_);
      const at::Tensor drawn = DrawTokens(logits, units).contiguous();
      for (std::size_t i = 0; i < documents.size(); ++i) {
        last[i] = drawn.const_data_ptr<std::int64_t>()[i];
        ended[i] = ended[i] || last[i] == teacher_.tokenizer->eos();
        if (!ended[i]) documents[i].push_back(static_cast<TokenId>(last[i]));
      }
      if (absl::Status status = Report(before + static_cast<double>(token * documents_)); !status.ok())
        return status;
      if (std::find(ended.begin(), ended.end(), false) == ended.end()) break;
    }
    return absl::OkStatus();
  }

  const TeacherFiles& teacher_;
  const DataSpec& spec_;
  TaskHost& host_;
  const std::string tokenizer_digest_;
  const std::unique_ptr<LanguageModel> model_;
  const std::int64_t vocab_, documents_;
  TaskProgress progress_;
};

}  // namespace

absl::StatusOr<std::vector<TokenShard>> SampleTeacherText(const TeacherFiles& teacher, const DataSpec& spec,
                                                          std::int64_t tokens, TaskHost& host) {
  const std::int64_t wanted = std::min(tokens, kMaxTeacherTextTokens);
  TeacherWriter writer(teacher, spec, wanted, host);
  std::vector<TokenShard> shards;
  for (std::int64_t written = 0; written < wanted;) {
    if (absl::Status status = writer.Report(static_cast<double>(written)); !status.ok()) return status;
    auto shard = writer.Batch(static_cast<std::int64_t>(shards.size()));
    if (!shard.ok()) return shard.status();
    written += static_cast<std::int64_t>(shard->tokens());
    shards.push_back(*std::move(shard));
  }
  return shards;
}

}  // namespace rad
