#include "coordinator/probe_validation.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rad {
namespace {

constexpr std::uint32_t kBuiltInValues = 100;  // distinct integers 0..99
constexpr std::uint32_t kMaxPairs = 10'000;    // where a user's files have more words
constexpr std::uint32_t kMaxExamples = 100'000;
constexpr std::uint32_t kMaxValuesPerKey = 10;
constexpr std::uint32_t kLeastContextTokens = 32;  // an instruction, a line and a question
constexpr std::uint32_t kMaxContextTokens = 1u << 20;

void CheckPath(const std::string& field, const std::string& path, Violations& found) {
  if (path.empty() || absl::StartsWith(path, "/")) return;
  found.Add(field, absl::StrCat("is \"", path, "\"; workers need an absolute path"));
}

void CheckPairs(const v1::Probe& probe, const std::string& field, Violations& found) {
  const bool own_words = !probe.key_file().empty() && !probe.value_file().empty();
  found.Range(field + ".pairs", probe.pairs(), 1u, own_words ? kMaxPairs : kBuiltInValues);
  if (probe.task() != v1::Probe::MULTI_VALUE) return;
  found.Range(field + ".values_per_key", probe.values_per_key(), 2u, kMaxValuesPerKey);
  const std::uint64_t values = std::uint64_t{probe.pairs()} * probe.values_per_key();
  if (probe.value_file().empty() && values > kBuiltInValues) {
    found.Add(field + ".values_per_key",
              absl::StrCat("is ", probe.values_per_key(), ", which makes ", values, " values of ",
                           probe.pairs(), " pairs; there are ", kBuiltInValues,
                           " numbers. Give fewer of either, or ", field, ".value_file"));
  }
}

void CheckNeedle(const v1::Probe& probe, const std::string& field, Violations& found) {
  if (probe.text().empty()) {
    found.Add(field + ".text", "is missing; a needle probe hides its lines in a text: give a file or glob");
  }
  CheckPath(field + ".text", probe.text(), found);
  found.Range(field + ".context_tokens", probe.context_tokens(), kLeastContextTokens, kMaxContextTokens);
}

// What another task would silently leave unused.
void CheckForeign(const v1::Probe& probe, const std::string& field, Violations& found) {
  const auto refuse = [&](bool written, const char* name, const char* task) {
    if (written)
      found.Add(absl::StrCat(field, ".", name), absl::StrCat("is for task: ", task, "; remove it"));
  };
  if (probe.task() != v1::Probe::MULTI_VALUE) {
    refuse(probe.has_values_per_key(), "values_per_key", "multi_value");
  }
  if (probe.task() != v1::Probe::NEEDLE) {
    refuse(!probe.text().empty(), "text", "needle");
    refuse(probe.has_context_tokens(), "context_tokens", "needle");
  }
}

}  // namespace

void CheckProbe(const v1::Probe& probe, const std::string& field, Violations& found) {
  CheckPairs(probe, field, found);
  if (probe.task() == v1::Probe::NEEDLE) CheckNeedle(probe, field, found);
  CheckForeign(probe, field, found);
  CheckPath(field + ".key_file", probe.key_file(), found);
  CheckPath(field + ".value_file", probe.value_file(), found);
  // One example shows no spread, so nothing could be said of how certain a drop is.
  found.Range(field + ".examples", probe.examples(), 2u, kMaxExamples);
  found.Range(field + ".min_teacher_accuracy", probe.min_teacher_accuracy(), 0.0, 1.0);
}

}  // namespace rad
