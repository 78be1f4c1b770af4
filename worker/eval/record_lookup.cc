// The task record_lookup, after FDA and SWDE: one field of one record, of several in the prompt. A record is
// called by its first field.
#include "absl/strings/str_split.h"
#include "worker/eval/key_value_file.h"
#include "worker/eval/lookup.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

constexpr std::string_view kField = "evaluate.records";
constexpr std::string_view kIntro = "Memorize the following records:\n";
constexpr std::ptrdiff_t kMaxAnswerWords = 8;  // longer values are in the prompts, but not asked for

struct Askable {
  std::size_t record, field;
};

bool IsShort(const std::string& value) {
  const std::vector<absl::string_view> words = absl::StrSplit(value, ' ', absl::SkipEmpty());
  return static_cast<std::ptrdiff_t>(words.size()) <= kMaxAnswerWords;
}

std::vector<Askable> AskableFields(const std::vector<Record>& records) {
  std::vector<Askable> fields;
  for (std::size_t r = 0; r < records.size(); ++r) {
    for (std::size_t f = 1; f < records[r].size(); ++f) {
      if (IsShort(records[r][f].value)) fields.push_back({r, f});
    }
  }
  return fields;
}

std::vector<LookupPiece> PiecesOf(const std::vector<Record>& records) {
  std::vector<LookupPiece> pieces;
  for (const Record& record : records) {
    std::string text = "\n";
    for (const KeyValue& pair : record) absl::StrAppend(&text, pair.key, ": ", pair.value, "\n");
    pieces.push_back({record.front().value, std::move(text)});
  }
  return pieces;
}

LookupQuestion Ask(const std::vector<Record>& records, const Askable& askable) {
  const KeyValue& name = records[askable.record].front();
  const KeyValue& field = records[askable.record][askable.field];
  return {.asked = askable.record,
          .text = StrCat("\nQuestion: what is the ", field.key, " of the ", name.key, " '", name.value,
                         "'?\nAnswer: ", field.key, ":"),
          .answer = StrCat(" ", field.value)};
}

}  // namespace

Questions RecordLookupQuestions(const AskedTask& task, const QuestionSource& source,
                                const Tokenizer& tokenizer) {
  const auto records = ReadRecords(source.records, kField);
  if (!records.ok()) return records.status();
  const std::vector<Askable> fields = AskableFields(*records);
  if (fields.empty()) {
    return absl::InvalidArgumentError(StrCat(kField, ": ", source.records.string(),
                                             " has no record with a second field of at most ",
                                             kMaxAnswerWords, " words to ask for"));
  }
  return LookupQuestions(task, source, tokenizer, kIntro, PiecesOf(*records), kField, [&](SplitMix& random) {
    return Ask(*records, fields[random.Below(fields.size())]);
  });
}

}  // namespace rad
