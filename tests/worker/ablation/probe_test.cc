#include "worker/ablation/probe.h"

#include <regex>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/ablation/byte_tokenizer.h"
#include "worker/ablation/key_words.h"
#include "worker/ablation/split_mix.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

std::vector<ProbeExample> Make(const ProbeSpec& spec, int begin, int end) {
  auto examples = MakeProbe(spec, ByteTokenizer(), begin, end);
  EXPECT_TRUE(examples.ok()) << examples.status();
  return *examples;
}

std::string TextOf(const ProbeExample& example) {
  return std::string(example.ids.begin(), example.ids.end());
}

// The dictionary's lines, as (key, value).
std::vector<std::pair<std::string, std::string>> PairsOf(const std::string& text) {
  static const std::regex line("([a-z]+): ?([0-9]+)\n");
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::sregex_iterator it(text.begin(), text.end(), line), end; it != end; ++it)
    pairs.emplace_back((*it)[1], (*it)[2]);
  return pairs;
}

TEST(KeyWords, ManyDistinctLowerCaseWords) {
  const auto words = KeyWords();
  EXPECT_GE(words.size(), 400u);
  EXPECT_EQ(std::set<std::string_view>(words.begin(), words.end()).size(), words.size());
  for (std::string_view word : words)
    EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), word.npos) << word;
}

TEST(Probe, QaTextIsDictionaryQuestionAndAnswer) {
  ProbeSpec spec;
  spec.pairs = 3;
  for (const ProbeExample& example : Make(spec, 0, 50)) {
    const std::string text = TextOf(example);
    const std::regex whole(
        "Memorize the following dictionary:\n(?:[a-z]+: [0-9]{1,2}\n){3}\n"
        "Question: what is the value of the key '([a-z]+)'\\?\nAnswer: ([a-z]+): ([0-9]{1,2})");
    std::smatch match;
    ASSERT_TRUE(std::regex_match(text, match, whole)) << text;
    EXPECT_EQ(match[1], match[2]);
    EXPECT_THAT(PairsOf(text), ::testing::Contains(std::pair<std::string, std::string>(match[1], match[3])));
    EXPECT_EQ(text.substr(text.size() - example.answer_len), std::string(" ").append(match[3].str()));
  }
}

// Tokens are bytes here, so that places are positions in the text.
TEST(Probe, SaysWhereThePairsAre) {
  for (const ProbeTemplate prompt : {ProbeTemplate::kQa, ProbeTemplate::kPaper}) {
    for (const ProbeExample& example : Make({.prompt = prompt, .pairs = 5}, 0, 20)) {
      const std::string text = TextOf(example);
      const auto pairs = PairsOf(text);
      ASSERT_EQ(example.pairs.size(), pairs.size());
      const std::string space = prompt == ProbeTemplate::kQa ? " " : "";
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto& [begin, value, end] = example.pairs[i];
        EXPECT_EQ(text.substr(begin, value - begin), pairs[i].first + ":");
        EXPECT_EQ(text.substr(value, end - value), space + pairs[i].second + "\n");
      }
      EXPECT_EQ(" " + pairs[example.asked].second, text.substr(text.size() - example.answer_len));
    }
  }
}

TEST(Probe, PaperTextAsPublished) {
  ProbeSpec spec;
  spec.prompt = ProbeTemplate::kPaper;
  spec.pairs = 2;
  const std::string text = TextOf(Make(spec, 5, 6).front());
  const std::regex whole(
      "Memorize the following dictionary:\n(?:[a-z]+:[0-9]+\n){2}The value of the key '[a-z]+' is [0-9]+");
  EXPECT_TRUE(std::regex_match(text, whole)) << text;
}

TEST(Probe, KeysAndValuesOfAnExampleAreDistinct) {
  ProbeSpec spec;
  spec.pairs = 50;
  for (const ProbeExample& example : Make(spec, 0, 20)) {
    std::set<std::string> keys, values;
    for (const auto& [key, value] : PairsOf(TextOf(example))) {
      keys.insert(key);
      values.insert(value);
    }
    EXPECT_EQ(keys.size(), 50u);
    EXPECT_EQ(values.size(), 50u);
  }
}

// An example's text must not move between versions and machines: stored scores refer to it by its index.
TEST(Probe, ExampleIsFixedForAllTime) {
  ProbeSpec spec;
  spec.pairs = 2;
  spec.seed = 1;
  EXPECT_EQ(TextOf(Make(spec, 7, 8).front()),
            "Memorize the following dictionary:\nfield: 66\ngoose: 81\n\nQuestion: what is the value of the "
            "key 'field'?\nAnswer: field: 66");
}

TEST(Probe, ExampleDependsOnSpecAndIndexAlone) {
  ProbeSpec spec;
  const auto all = Make(spec, 0, 10), tail = Make(spec, 6, 10);
  for (int i = 6; i < 10; ++i) EXPECT_EQ(all[i].ids, tail[i - 6].ids);
  std::set<std::string> texts;
  for (const ProbeExample& example : all) texts.insert(TextOf(example));
  EXPECT_EQ(texts.size(), 10u);
  spec.seed = 1;
  EXPECT_NE(Make(spec, 0, 1)[0].ids, all[0].ids);
}

TEST(Probe, AskedPairIsSpreadOverTheDictionary) {
  ProbeSpec spec;
  std::vector<int> asked(spec.pairs);
  for (const ProbeExample& example : Make(spec, 0, 1000)) {
    const std::string text = TextOf(example);
    const auto pairs = PairsOf(text);
    for (int i = 0; i < spec.pairs; ++i)
      asked[i] += text.find("key '" + pairs[i].first + "'") != std::string::npos;
  }
  for (int count : asked) EXPECT_NEAR(count, 100, 40);  // 4 standard deviations
}

TEST(Probe, SplitsShareNoKeysAndTrainingNoValues) {
  std::set<std::string> keys[3];
  for (const ProbeSplit split : {ProbeSplit::kRank, ProbeSplit::kEvaluate, ProbeSplit::kTrain}) {
    ProbeSpec spec;
    spec.split = split;
    for (const ProbeExample& example : Make(spec, 0, 300)) {
      for (const auto& [key, value] : PairsOf(TextOf(example))) {
        keys[static_cast<int>(split)].insert(key);
        EXPECT_EQ(value.size() == 3, split == ProbeSplit::kTrain) << value;
      }
    }
  }
  for (int a = 0; a < 3; ++a) {
    EXPECT_GE(keys[a].size(), 130u);
    for (int b = 0; b < a; ++b) {
      for (const std::string& key : keys[a]) EXPECT_FALSE(keys[b].contains(key)) << key;
    }
  }
}

TEST(Probe, RefusesMorePairsThanKeysOrValues) {
  for (const int pairs : {0, -3, 101, 100000}) {
    ProbeSpec spec;
    spec.pairs = pairs;
    const auto examples = MakeProbe(spec, ByteTokenizer(), 0, 1);
    EXPECT_EQ(examples.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(examples.status().message(),
                HasSubstr("probe.pairs is " + std::to_string(pairs) + "; choose 1 to 100"));
  }
}

TEST(SplitMix, PublishedSequence) {
  SplitMix random({});
  EXPECT_EQ(random.Next(), 0xe220a8397b1dcdafu);  // SplitMix64 from state 0
  EXPECT_EQ(random.Next(), 0x6e789e6aa1b965f4u);
}

TEST(SplitMix, BelowIsUniform) {
  SplitMix random({3});
  std::vector<int> seen(7);
  for (int i = 0; i < 70000; ++i) ++seen[random.Below(7)];
  for (int count : seen) EXPECT_NEAR(count, 10000, 400);
}

}  // namespace
}  // namespace rad
