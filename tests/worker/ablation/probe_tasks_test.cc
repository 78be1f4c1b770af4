// Probes of several values and of needles in a text, and what a user's files give them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "tests/worker/ablation/byte_tokenizer.h"
#include "worker/ablation/probe.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

constexpr int kContext = 700;

std::string Prose() {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "Word" + std::to_string(i) + (i % 9 == 8 ? ".\n" : " ");
  return text;
}

std::shared_ptr<const ProbeSources> WithText(const std::string& text) {
  return std::make_shared<const ProbeSources>(ProbeSources{.text = text});
}

ProbeSpec Needle(int pairs) {
  return {.pairs = pairs,
          .seed = 1,
          .task = ProbeTask::kNeedle,
          .context_tokens = kContext,
          .sources = WithText(Prose())};
}

std::vector<ProbeExample> Make(const ProbeSpec& spec, int begin, int end) {
  auto examples = MakeProbe(spec, ByteTokenizer(), begin, end);
  EXPECT_TRUE(examples.ok()) << examples.status();
  return *std::move(examples);
}

std::string ErrorOf(const ProbeSpec& spec) {
  const auto examples = MakeProbe(spec, ByteTokenizer(), 0, 1);
  EXPECT_EQ(examples.status().code(), absl::StatusCode::kInvalidArgument) << examples.status();
  return std::string(examples.status().message());
}

std::string TextOf(const ProbeExample& example) { return {example.ids.begin(), example.ids.end()}; }

std::string AnswerOf(const ProbeExample& example) {
  return TextOf(example).substr(example.ids.size() - example.answer_len);
}

std::string PartOf(const ProbeExample& example, int begin, int end) {
  return TextOf(example).substr(begin, end - begin);
}

TEST(MultiValueProbe, TheAnswerIsAllValuesOfTheKey) {
  const ProbeSpec spec{.pairs = 4, .task = ProbeTask::kMultiValue, .values_per_key = 3};
  for (const ProbeExample& example : Make(spec, 0, 30)) {
    const std::string text = TextOf(example);
    const std::regex whole(
        "Memorize the following dictionary:\n(?:[a-z]+: \\d+, \\d+, \\d+\n){4}\nQuestion: what are the "
        "values "
        "of the key '([a-z]+)'\\?\nAnswer: ([a-z]+):( \\d+, \\d+, \\d+)");
    std::smatch match;
    ASSERT_TRUE(std::regex_match(text, match, whole)) << text;
    EXPECT_EQ(match[1], match[2]);
    EXPECT_EQ(AnswerOf(example), match[3]);
    const PairPlace& asked = example.pairs.at(example.asked);
    EXPECT_EQ(PartOf(example, asked.begin, asked.value), match[1].str() + ":");
    EXPECT_EQ(PartOf(example, asked.value, asked.end), match[3].str() + "\n");
  }
}

TEST(MultiValueProbe, DrawsOtherKeysThanOneValueWould) {
  const ProbeSpec one{.pairs = 4, .seed = 1};
  ProbeSpec several = one;
  several.task = ProbeTask::kMultiValue;
  const auto key = [](const ProbeExample& e) { return PartOf(e, e.pairs[0].begin, e.pairs[0].value); };
  int equal = 0;
  const auto a = Make(one, 0, 20), b = Make(several, 0, 20);
  for (int i = 0; i < 20; ++i) equal += key(a[i]) == key(b[i]);
  EXPECT_LT(equal, 5);
}

TEST(MultiValueProbe, RefusesMoreValuesThanThereAre) {
  const ProbeSpec spec{.pairs = 40, .task = ProbeTask::kMultiValue, .values_per_key = 3};
  EXPECT_THAT(ErrorOf(spec), HasSubstr("probe.pairs is 40; choose 1 to 33"));
}

TEST(NeedleProbe, APromptHasExactlyTheTokensAskedFor) {
  for (const int pairs : {1, 4}) {
    for (const ProbeExample& example : Make(Needle(pairs), 0, 30))
      EXPECT_EQ(static_cast<int>(example.ids.size()) - example.answer_len, kContext);
  }
}

TEST(NeedleProbe, TheAskedLineIsInTheTextAndHoldsTheAnswer) {
  for (const ProbeTemplate prompt : {ProbeTemplate::kQa, ProbeTemplate::kPaper}) {
    ProbeSpec spec = Needle(3);
    spec.prompt = prompt;
    const bool qa = prompt == ProbeTemplate::kQa;
    for (const ProbeExample& example : Make(spec, 0, 30)) {
      ASSERT_EQ(example.pairs.size(), 3u);
      const PairPlace& asked = example.pairs.at(example.asked);
      const std::string answer = AnswerOf(example);
      EXPECT_EQ(PartOf(example, asked.value, asked.end), (qa ? answer : answer.substr(1)) + "\n");
      const std::string text = TextOf(example), line = PartOf(example, asked.begin, asked.value);
      const std::string key = qa ? line.substr(5, line.size() - 7) : line.substr(0, line.size() - 1);
      EXPECT_THAT(text, HasSubstr(" value of the key '" + key + "'"));
      EXPECT_EQ(text[asked.begin - 1], '\n');
    }
  }
}

// No line cuts a word: what is left of the text is a stretch of it.
TEST(NeedleProbe, LinesLieBetweenWords) {
  const std::string twice = Prose() + Prose();  // it goes on from its beginning
  for (const ProbeExample& example : Make(Needle(2), 0, 30)) {
    std::string text = TextOf(example);
    text = text.substr(0, text.find("\n\nQuestion"));
    text = text.substr(text.find("text:\n\n") + 7);
    text = std::regex_replace(text, std::regex("\n\nkey '[a-z]+': \\d+\n\n"), "");
    EXPECT_NE(twice.find(text), std::string::npos) << text;
  }
}

TEST(NeedleProbe, DepthsAreSpreadOverTheText) {
  int by_quarter[4] = {};
  for (const ProbeExample& example : Make(Needle(1), 0, 400))
    ++by_quarter[std::min(3, 4 * (example.pairs[0].begin - 60) / (kContext - 160))];
  for (const int count : by_quarter) EXPECT_NEAR(count, 100, 40);
}

TEST(NeedleProbe, ExampleDependsOnSpecAndIndexAlone) {
  const auto all = Make(Needle(2), 0, 10), tail = Make(Needle(2), 6, 10);
  for (int i = 6; i < 10; ++i) EXPECT_EQ(all[i].ids, tail[i - 6].ids);
  ProbeSpec other = Needle(2);
  other.seed = 2;
  EXPECT_NE(Make(other, 0, 1)[0].ids, all[0].ids);
  other = Needle(2);
  other.split = ProbeSplit::kEvaluate;
  EXPECT_NE(Make(other, 0, 1)[0].ids, all[0].ids);
}

TEST(NeedleProbe, SaysWhatIsWrong) {
  ProbeSpec spec = Needle(4);
  spec.sources = nullptr;
  EXPECT_THAT(ErrorOf(spec), HasSubstr("probe.text is missing"));
  spec.sources = WithText("Brief.");
  EXPECT_THAT(ErrorOf(spec), HasSubstr("probe.text has fewer than the "));
  spec = Needle(4);
  spec.context_tokens = 150;
  EXPECT_THAT(ErrorOf(spec),
              HasSubstr("probe.context_tokens is 150, but 4 key-value lines and the question"));
}

class SourcesTest : public ::testing::Test {
 protected:
  SourcesTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SourcesTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  static std::string ErrorOfPaths(const ProbePaths& paths) {
    const auto sources = ReadProbeSources(paths);
    EXPECT_FALSE(sources.ok());
    return std::string(sources.status().message());
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("rad_sources_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(SourcesTest, WordsReplaceTheBuiltInOnesAndSplitsShareNoKeys) {
  std::string keys, values;
  for (int i = 0; i < 30; ++i) {
    keys += "key" + std::to_string(i) + "\n";
    values += "  value" + std::to_string(i) + "\r\n\n";
  }
  auto sources = ReadProbeSources({.keys = Write("keys", keys), .values = Write("values", values)});
  ASSERT_TRUE(sources.ok()) << sources.status();
  EXPECT_EQ(sources->values.size(), 30u);
  ProbeSpec spec{.pairs = 10, .sources = std::make_shared<const ProbeSources>(*std::move(sources))};
  std::set<std::string> seen[3];
  for (const ProbeSplit split : {ProbeSplit::kRank, ProbeSplit::kEvaluate, ProbeSplit::kTrain}) {
    spec.split = split;
    const ProbeExample example = Make(spec, 0, 1).front();
    EXPECT_THAT(AnswerOf(example), HasSubstr(" value"));
    for (const PairPlace& place : example.pairs)
      seen[static_cast<int>(split)].insert(PartOf(example, place.begin, place.value));
  }
  for (int a = 0; a < 3; ++a) {
    EXPECT_EQ(seen[a].size(), 10u);
    for (const std::string& key : seen[a]) EXPECT_FALSE(seen[(a + 1) % 3].contains(key)) << key;
  }
  spec.pairs = 11;
  EXPECT_THAT(ErrorOf(spec), HasSubstr("probe.pairs is 11; choose 1 to 10"));
}

TEST_F(SourcesTest, DigestsAreOfWhatFilesHoldNotOfTheirNames) {
  const auto first = ReadProbeSources({.text = Write("a.txt", "one"), .keys = Write("k", "a\nb\n")});
  const auto moved = ReadProbeSources({.text = Write("b.txt", "one"), .keys = Write("l", "a\n\n b")});
  const auto changed = ReadProbeSources({.text = Write("c.txt", "two"), .keys = Write("m", "a\nc\n")});
  ASSERT_TRUE(first.ok() && moved.ok() && changed.ok());
  EXPECT_EQ(DigestsOf(*first), DigestsOf(*moved));
  EXPECT_NE(DigestsOf(*first).text, DigestsOf(*changed).text);
  EXPECT_NE(DigestsOf(*first).keys, DigestsOf(*changed).keys);
  EXPECT_EQ(DigestsOf(*first).values, "");
}

// A word is one however its letters are put together: tokenizers that compose them see the same.
TEST_F(SourcesTest, WordsAreComposed) {
  const auto sources = ReadProbeSources({.keys = Write("keys", "cafe\xcc\x81\nthe\n")});
  ASSERT_TRUE(sources.ok()) << sources.status();
  EXPECT_EQ(sources->keys.front(), "caf\xc3\xa9");
  EXPECT_THAT(ErrorOfPaths({.keys = Write("twice", "cafe\xcc\x81\ncaf\xc3\xa9\n")}),
              HasSubstr("line 2 of " + (folder_ / "twice").string() + " is there twice"));
}

TEST_F(SourcesTest, ErrorsNameTheFieldAndTheFile) {
  EXPECT_THAT(ErrorOfPaths({.text = "/nonexistent/*.txt"}), HasSubstr("probe.text: \"/nonexistent/*.txt\""));
  EXPECT_THAT(ErrorOfPaths({.keys = "/nonexistent"}),
              HasSubstr("probe.key_file: \"/nonexistent\" is no file"));
  const std::string repeats = Write("twice", "a\nb\na\n");
  EXPECT_THAT(ErrorOfPaths({.values = repeats}),
              HasSubstr("probe.value_file: the word in line 3 of " + repeats + " is there twice"));
  EXPECT_THAT(ErrorOfPaths({.keys = Write("bytes", "a\n\xff\n")}), HasSubstr("line 2"));
  EXPECT_THAT(ErrorOfPaths({.keys = Write("blank", "\n \n")}), HasSubstr("blank"));
}

}  // namespace
}  // namespace rad
