#include "worker/eval/task_questions.h"

#include <gmock/gmock.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/data/text_folder.h"

namespace rad {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr TaskKind kAll[] = {TaskKind::kKvRetrieval, TaskKind::kNeedle, TaskKind::kRecordLookup,
                             TaskKind::kDefinitionLookup, TaskKind::kLastWord};

std::filesystem::path DataFile(const std::string& name) {
  const char* data = std::getenv("RAD_TEST_DATA");
  return std::filesystem::path(data == nullptr ? "tests/data" : data) / "eval" / name;
}

// In bytes, as ByteTokenizer counts.
QuestionSource Source() {
  QuestionSource source;
  source.probe = {.seed = 3, .split = ProbeSplit::kEvaluate};
  source.questions = 20;
  source.context_tokens = 600;
  source.records = DataFile("records.txt");
  source.definitions = DataFile("definitions.txt");
  std::string text;
  for (int i = 0; i < 60; ++i)
    absl::StrAppend(&text, "In year ", i, " the miller mended the wheel. Nobody else had seen that wheel! ");
  source.held_out = {text};
  return source;
}

struct Text {
  std::string prompt, answer;
};

Text TextOf(const ProbeExample& question) {
  const std::string all(question.ids.begin(), question.ids.end());
  const std::size_t cut = all.size() - static_cast<std::size_t>(question.answer_len);
  return {all.substr(0, cut), all.substr(cut)};
}

std::vector<Text> Make(const AskedTask& task, const QuestionSource& source) {
  const auto questions = MakeQuestions(task, source, ByteTokenizer());
  EXPECT_TRUE(questions.ok()) << questions.status();
  std::vector<Text> texts;
  if (!questions.ok()) return texts;
  for (const ProbeExample& question : *questions) texts.push_back(TextOf(question));
  return texts;
}

std::string ErrorOf(TaskKind kind, const QuestionSource& source) {
  const auto questions = MakeQuestions({kind, 2}, source, ByteTokenizer());
  EXPECT_EQ(questions.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(questions.status().message());
}

TEST(TaskQuestions, DependOnSeedAndIndexAlone) {
  for (const TaskKind kind : kAll) {
    QuestionSource source = Source();
    const std::vector<Text> all = Make({kind, 4}, source);
    ASSERT_EQ(all.size(), 20u) << TaskName(kind);
    source.questions = 5;
    const std::vector<Text> few = Make({kind, 4}, source);
    std::set<std::string> prompts;
    for (std::size_t i = 0; i < few.size(); ++i) EXPECT_EQ(few[i].prompt, all[i].prompt) << TaskName(kind);
    for (const Text& text : all) prompts.insert(text.prompt);
    EXPECT_GT(prompts.size(), 15u) << TaskName(kind);
    source.probe.seed = 4;
    EXPECT_NE(Make({kind, 4}, source)[0].prompt, all[0].prompt) << TaskName(kind);
  }
}

TEST(TaskQuestions, FitIntoTheContextAndUseMostOfIt) {
  for (const TaskKind kind : {TaskKind::kNeedle, TaskKind::kRecordLookup, TaskKind::kDefinitionLookup}) {
    for (const Text& text : Make({kind}, Source())) {
      EXPECT_LE(text.prompt.size(), 600u) << TaskName(kind);
      EXPECT_GT(text.prompt.size(), 400u) << TaskName(kind);
    }
  }
  for (const Text& text : Make({TaskKind::kLastWord}, Source())) EXPECT_LE(text.prompt.size(), 600u);
}

TEST(KvRetrieval, HasThePairsAskedFor) {
  for (const int pairs : {2, 9}) {
    const std::vector<std::string> lines =
        absl::StrSplit(Make({TaskKind::kKvRetrieval, pairs}, Source())[0].prompt, '\n');
    EXPECT_EQ(lines.size(), static_cast<std::size_t>(pairs) + 4);
  }
}

TEST(Needle, StandsOnceBetweenSentencesAndAnswersTheQuestion) {
  std::set<std::size_t> places;
  for (const Text& text : Make({TaskKind::kNeedle}, Source())) {
    const std::string asked = text.prompt.substr(text.prompt.rfind("the secret number of the "));
    const std::string needle = absl::StrCat(" The", asked.substr(3), text.answer, ".");
    const std::size_t place = text.prompt.find(needle);
    ASSERT_NE(place, std::string::npos) << needle << " in " << text.prompt;
    EXPECT_THAT(std::string(".!"), HasSubstr(text.prompt.substr(place - 1, 1)));
    places.insert(place);
  }
  EXPECT_GT(places.size(), 5u);
}

TEST(RecordLookup, TheAnswerIsTheFieldOfTheRecordNamed) {
  for (const Text& text : Make({TaskKind::kRecordLookup}, Source())) {
    const std::size_t quoted = text.prompt.find(" of the item '") + 14;
    const std::string name = text.prompt.substr(quoted, text.prompt.rfind("'?") - quoted);
    const std::size_t record = text.prompt.find(absl::StrCat("item: ", name, "\n"));
    ASSERT_NE(record, std::string::npos) << text.prompt;
    const std::string field = text.prompt.substr(text.prompt.rfind("Answer: ") + 8);
    const std::size_t line = text.prompt.find(absl::StrCat("\n", field, text.answer, "\n"), record);
    EXPECT_LT(line, text.prompt.find("\n\n", record)) << text.prompt << text.answer;
    EXPECT_GE(static_cast<int>(std::vector<std::string>(absl::StrSplit(text.prompt, "item: ")).size()), 3);
  }
}

TEST(RecordLookup, RecordsOfOneNameAreNeverInOnePrompt) {
  const TextFolder folder;
  folder.Add("r", "n: same\nx: 1\n\nn: same\nx: 2\n\nn: other\nx: 3\n");
  QuestionSource source = Source();
  source.records = folder.path() / "r";
  for (const Text& text : Make({TaskKind::kRecordLookup}, source)) {
    if (text.answer == " 3") continue;
    EXPECT_THAT(text.prompt, Not(HasSubstr(text.answer == " 1" ? "x: 2" : "x: 1")));
  }
}

TEST(DefinitionLookup, TheAnswerIsHowTheDefinitionBegins) {
  for (const Text& text : Make({TaskKind::kDefinitionLookup}, Source())) {
    const std::string term = text.prompt.substr(text.prompt.rfind("Answer: ") + 8);
    EXPECT_THAT(text.prompt, HasSubstr(absl::StrCat("\n", term, text.answer))) << text.answer;
    EXPECT_LE(std::vector<std::string>(absl::StrSplit(text.answer, ' ')).size(), 5u);
  }
}

TEST(LastWord, EndsASentenceAndWasThereBefore) {
  for (const Text& text : Make({TaskKind::kLastWord}, Source())) {
    EXPECT_EQ(text.answer, " wheel");
    EXPECT_THAT(text.prompt, HasSubstr(" wheel"));
    EXPECT_THAT(text.prompt, testing::AnyOf(EndsWith(" that"), EndsWith(" the")));
  }
}

TEST(TaskQuestions, WhatIsMissingOrTooLongNamesTheField) {
  QuestionSource source = Source();
  source.context_tokens = 90;
  EXPECT_THAT(ErrorOf(TaskKind::kNeedle, source), StartsWith("evaluate.context_tokens: 90"));
  EXPECT_THAT(
      ErrorOf(TaskKind::kRecordLookup, source),
      HasSubstr("evaluate.context_tokens: 90 cannot hold a question and two pieces of evaluate.records"));
  source.held_out = {"no sentence ends here"};
  EXPECT_THAT(ErrorOf(TaskKind::kLastWord, source), HasSubstr("last_word finds no sentence"));
  source.held_out.clear();
  EXPECT_THAT(ErrorOf(TaskKind::kLastWord, source), HasSubstr("give data.text"));
  source.definitions = "/none";
  EXPECT_THAT(ErrorOf(TaskKind::kDefinitionLookup, source),
              HasSubstr("evaluate.definitions: cannot read /none"));
}

}  // namespace
}  // namespace rad
