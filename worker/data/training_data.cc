#include "worker/data/training_data.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/ablation/split_mix.h"
#include "worker/text/text_window.h"

namespace rad {
namespace {

constexpr int kMinPromptPairs = 2;
// Documents tried for one text sequence before giving up: only a corpus of near-empty files needs many.
constexpr int kMaxDocumentsPerSequence = 1000;

absl::Status CheckSpec(const DataSpec& spec) {
  const auto bad = [](auto... parts) { return absl::InvalidArgumentError(absl::StrCat("data.", parts...)); };
  if (!(spec.retrieval_share >= 0 && spec.retrieval_share <= 1)) {
    return bad("retrieval_share: ", spec.retrieval_share, " is not within 0..1");
  }
  if (!(spec.held_out_share >= 0 && spec.held_out_share < 1)) {
    return bad("held_out_share: ", spec.held_out_share, " is not within 0..1 (1 excluded)");
  }
  if (spec.sequence_tokens < 8)
    return bad("sequence_tokens: ", spec.sequence_tokens, " is below the least, 8");
  if (spec.text.empty() && spec.retrieval_share < 1) {
    return bad("text: empty, but a share of ", 1 - spec.retrieval_share,
               " of the sequences is text; name plain text files or set data.retrieval_share to 1");
  }
  return absl::OkStatus();
}

}  // namespace

// Fills one sequence, document after document.
struct TrainingData::Packer {
  TrainingBatch& batch;
  std::size_t begin, end;  // of the sequence in the batch's vectors
  std::size_t at = begin;
  std::int64_t document = 0;

  std::size_t Room() const { return end - at; }
  // As many of the ids as there is room for; the last answer_len of them are an answer.
  void Add(std::span<const TokenId> ids, int answer_len) {
    const std::size_t first_answer = ids.size() - static_cast<std::size_t>(answer_len);
    for (std::size_t i = 0; i < ids.size() && at < end; ++i, ++at) {
      batch.ids[at] = ids[i];
      batch.document[at] = document;
      if (i >= first_answer && i > 0) batch.is_answer[at - 1] = 1;
    }
    ++document;
  }
};

TrainingData::TrainingData(DataSpec spec, const Tokenizer& tokenizer, std::vector<Document> documents)
    : spec_(std::move(spec)), tokenizer_(&tokenizer), documents_(std::move(documents)) {
  std::uint64_t bytes = 0;
  for (const Document& document : documents_) end_bytes_.push_back(bytes += document.text.size());
}

absl::StatusOr<TrainingData> TrainingData::Open(const DataSpec& spec, const Tokenizer& tokenizer) {
  if (absl::Status status = CheckSpec(spec); !status.ok()) return status;
  absl::StatusOr<DocumentSplit> split = ReadDocuments(spec);
  if (!split.ok()) return split.status();
  TrainingData data(spec, tokenizer, std::move(split->train));
  data.spec_.prompts.split = ProbeSplit::kTrain;
  if (spec.retrieval_share > 0) {
    absl::StatusOr<std::vector<ProbeExample>> prompt = MakeProbe(data.spec_.prompts, tokenizer, 0, 1);
    if (!prompt.ok()) return prompt.status();
    if (static_cast<std::int64_t>(prompt->front().ids.size()) > spec.sequence_tokens) {
      return absl::InvalidArgumentError(absl::StrCat(
          "data.sequence_tokens: ", spec.sequence_tokens, " cannot hold a prompt of ", spec.prompts.pairs,
          " pairs (", prompt->front().ids.size(), " tokens and more); raise it or lower probe.pairs"));
    }
  }
  return data;
}

absl::StatusOr<TrainingBatch> TrainingData::Batch(DataStream stream, std::int64_t step, int sequences) const {
  TrainingBatch batch{sequences, spec_.sequence_tokens, {}, {}, {}};
  const auto length = static_cast<std::size_t>(spec_.sequence_tokens);
  const std::size_t tokens = static_cast<std::size_t>(sequences) * length;
  batch.ids.resize(tokens);
  batch.document.resize(tokens);
  batch.is_answer.resize(tokens);
  for (int i = 0; i < sequences; ++i) {
    const std::size_t begin = static_cast<std::size_t>(i) * length;
    Packer packer{batch, begin, begin + length};
    const std::int64_t sequence = step * sequences + i;
    absl::Status status =
        IsPromptSequence(sequence) ? AddPrompts(stream, sequence, packer) : AddText(stream, sequence, packer);
    if (!status.ok()) return status;
  }
  return batch;
}

bool TrainingData::IsPromptSequence(std::int64_t sequence) const {
  // Counts up by one whenever the running share passes a whole number: exact over any stretch of sequences.
  const auto prompts_before = [&](std::int64_t n) {
    return std::floor(static_cast<double>(n) * spec_.retrieval_share);
  };
  return prompts_before(sequence + 1) > prompts_before(sequence);
}

absl::Status TrainingData::AddPrompts(DataStream stream, std::int64_t sequence, Packer& packer) const {
  SplitMix random({spec_.seed, static_cast<std::uint64_t>(stream), static_cast<std::uint64_t>(sequence), 1});
  while (packer.Room() > 0) {
    ProbeSpec prompt = spec_.prompts;
    prompt.seed = random.Next();
    // Half of the prompts are as large as those the student is judged by, the others any size up to it.
    const int least = std::min(kMinPromptPairs, prompt.pairs);
    const int drawn =
        least + static_cast<int>(random.Below(static_cast<std::uint64_t>(prompt.pairs - least + 1)));
    if (random.Below(2) == 0) prompt.pairs = drawn;
    absl::StatusOr<std::vector<ProbeExample>> made = MakeProbe(prompt, *tokenizer_, 0, 1);
    if (!made.ok()) return made.status();
    packer.Add(made->front().ids, made->front().answer_len);
  }
  return absl::OkStatus();
}

absl::Status TrainingData::AddText(DataStream stream, std::int64_t sequence, Packer& packer) const {
  SplitMix random({spec_.seed, static_cast<std::uint64_t>(stream), static_cast<std::uint64_t>(sequence), 2});
  for (int tries = 0; packer.Room() > 0; ++tries) {
    if (tries == kMaxDocumentsPerSequence) {
      return absl::InvalidArgumentError("data.text: the documents hold hardly any tokens; add longer ones");
    }
    const std::uint64_t byte = random.Below(end_bytes_.back());
    const auto found = std::upper_bound(end_bytes_.begin(), end_bytes_.end(), byte) - end_bytes_.begin();
    const std::string& text = documents_[static_cast<std::size_t>(found)].text;
    const std::uint64_t first_byte = end_bytes_[static_cast<std::size_t>(found)] - text.size();
    absl::StatusOr<std::vector<TokenId>> ids = TokensFrom(
        *tokenizer_, text, NextWordStart(text, byte - first_byte), static_cast<std::int64_t>(packer.Room()));
    if (!ids.ok()) return ids.status();
    if (!ids->empty()) packer.Add(*ids, 0);
  }
  return absl::OkStatus();
}

}  // namespace rad
