#include "worker/data/training_data.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/ablation/split_mix.h"
#include "worker/data/range_order.h"

namespace rad {
namespace {

constexpr int kMinPromptPairs = 2;
constexpr double kRounding = 1e-9;                         // of shares that are to add up to 1
constexpr std::size_t kPromptsPart = 0, kTeacherPart = 1;  // then the sources
// What the numbers drawn are for.
enum Draws : std::uint64_t { kPrompts = 1, kTextOrder = 2 };

absl::Status CheckSpec(const DataSpec& spec) {
  const auto bad = [](auto... parts) { return absl::InvalidArgumentError(absl::StrCat("data.", parts...)); };
  if (!(spec.retrieval_share >= 0 && spec.retrieval_share <= 1)) {
    return bad("retrieval_share: ", spec.retrieval_share, " is not within 0..1");
  }
  const double text_share = 1 - spec.retrieval_share - spec.teacher_share;
  if (!(spec.teacher_share >= 0 && text_share >= -kRounding)) {
    return bad("teacher_share: ", spec.teacher_share, " is not within 0..", 1 - spec.retrieval_share,
               ", what retrieval_share leaves");
  }
  if (!(spec.held_out_share >= 0 && spec.held_out_share < 1)) {
    return bad("held_out_share: ", spec.held_out_share, " is not within 0..1 (1 excluded)");
  }
  if (spec.sequence_tokens < 8)
    return bad("sequence_tokens: ", spec.sequence_tokens, " is below the least, 8");
  if (spec.text.empty() && spec.sources.empty() && text_share > kRounding) {
    return bad("text: empty, but a share of ", text_share,
               " of the sequences is text; name plain text files or set data.retrieval_share to 1");
  }
  return absl::OkStatus();
}

absl::Status CheckPromptFits(const DataSpec& spec, const Tokenizer& tokenizer) {
  if (spec.retrieval_share == 0) return absl::OkStatus();
  const absl::StatusOr<std::vector<ProbeExample>> prompt = MakeProbe(spec.prompts, tokenizer, 0, 1);
  if (!prompt.ok()) return prompt.status();
  if (static_cast<std::int64_t>(prompt->front().ids.size()) <= spec.sequence_tokens) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "data.sequence_tokens: ", spec.sequence_tokens, " cannot hold a prompt of ", spec.prompts.pairs,
      " pairs (", prompt->front().ids.size(), " tokens and more); raise it or lower probe.pairs"));
}

std::vector<double> SharesOf(const DataSpec& spec, const Corpus& corpus) {
  double weights = 0;
  for (const Corpus::Source& source : corpus.sources) weights += source.weight;
  const double text_share = std::max(0.0, 1 - spec.retrieval_share - spec.teacher_share);
  std::vector<double> shares = {spec.retrieval_share, spec.teacher_share};
  for (const Corpus::Source& source : corpus.sources) shares.push_back(text_share * source.weight / weights);
  return shares;
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

TrainingData::TrainingData(DataSpec spec, const Tokenizer& tokenizer, Corpus corpus)
    : spec_(std::move(spec)),
      tokenizer_(&tokenizer),
      corpus_(std::move(corpus)),
      mixture_(SharesOf(spec_, corpus_)) {}

absl::StatusOr<TrainingData> TrainingData::Open(const DataSpec& spec, const Tokenizer& tokenizer,
                                                const ReadProgress& progress) {
  if (absl::Status status = CheckSpec(spec); !status.ok()) return status;
  DataSpec checked = spec;
  checked.prompts.split = ProbeSplit::kTrain;
  if (absl::Status status = CheckPromptFits(checked, tokenizer); !status.ok()) return status;
  auto corpus = OpenCorpus(spec, tokenizer, progress);
  if (!corpus.ok()) return corpus.status();
  TrainingData data(std::move(checked), tokenizer, *std::move(corpus));
  data.texts_.emplace_back(std::vector<TokenSpan>());
  for (Corpus::Source& source : data.corpus_.sources) data.texts_.emplace_back(std::move(source.train));
  return data;
}

void TrainingData::SetTeacherText(std::vector<TokenShard> shards) {
  teacher_shards_ = std::move(shards);
  std::vector<TokenSpan> documents;
  for (const TokenShard& shard : teacher_shards_) {
    for (std::size_t i = 0; i < shard.documents(); ++i) documents.push_back(shard.Document(i));
  }
  texts_.front() = SourceText(std::move(documents));
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
    if (absl::Status status = AddSequence(stream, step * sequences + i, packer); !status.ok()) return status;
  }
  return batch;
}

absl::Status TrainingData::AddSequence(DataStream stream, std::int64_t sequence, Packer& packer) const {
  const Mixture::Draw draw = mixture_.At(sequence);
  return draw.part == kPromptsPart ? AddPrompts(stream, draw.number, packer) : AddText(stream, draw, packer);
}

absl::Status TrainingData::AddPrompts(DataStream stream, std::int64_t number, Packer& packer) const {
  SplitMix random(
      {spec_.seed, static_cast<std::uint64_t>(stream), static_cast<std::uint64_t>(number), kPrompts});
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

absl::Status TrainingData::AddText(DataStream stream, const Mixture::Draw& draw, Packer& packer) const {
  const SourceText& text = texts_[draw.part - kTeacherPart];
  if (text.tokens() == 0)
    return absl::FailedPreconditionError("data.teacher_share: the teacher has written no text yet");
  const std::uint64_t key =
      SplitMix({spec_.seed, static_cast<std::uint64_t>(stream), draw.part, kTextOrder}).Next();
  const RangeOrder order(text.tokens(), packer.Room(), key);
  std::uint64_t position = order.PositionOf(static_cast<std::uint64_t>(draw.number));
  while (packer.Room() > 0) {
    const RangeOrder::Stretch stretch = order.At(position);
    const TokenSpan rest = text.RestOfDocument(stretch.token);
    const std::uint64_t taken = std::min<std::uint64_t>({rest.size(), stretch.tokens, packer.Room()});
    packer.Add(rest.Part(0, taken).Ids(), 0);
    position += taken;
  }
  return absl::OkStatus();
}

}  // namespace rad
