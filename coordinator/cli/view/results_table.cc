#include "coordinator/cli/view/results_table.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "coordinator/cli/view/quantities.h"
#include "coordinator/cli/view/role_text.h"

namespace rad::cli {
namespace {

constexpr auto kRight = Column::Align::kRight;
constexpr std::size_t kLineColumns = 120;

bool IsTeacher(const v1::StudentResult& student) { return student.name() == "teacher"; }

const v1::TaskAccuracy& FirstKvRetrieval(const v1::Evaluation& evaluation) {
  for (const v1::TaskAccuracy& task : evaluation.tasks()) {
    if (task.task() == v1::Evaluate::KV_RETRIEVAL) return task;
  }
  return v1::TaskAccuracy::default_instance();
}

// "KV RETRIEVAL, 10 PAIRS", "NEEDLE"
std::string TaskTitle(const v1::TaskAccuracy& task) {
  const std::string words = absl::StrReplaceAll(v1::Evaluate::Task_Name(task.task()), {{"_", " "}});
  return task.pairs() == 0 ? words : absl::StrCat(words, ", ", task.pairs(), " PAIRS");
}

// Which tasks were asked; evaluations come in one by one.
const v1::Evaluation& LongestEvaluation(const v1::JobStatus& status) {
  const v1::Evaluation* longest = &v1::Evaluation::default_instance();
  for (const auto& student : status.students()) {
    if (student.evaluation().tasks_size() > longest->tasks_size()) longest = &student.evaluation();
  }
  return *longest;
}

// Of the text's quantities: not measured when no text was asked for.
std::string TextMeasure(const v1::Evaluation& evaluation, double value) {
  return evaluation.text_tokens() == 0 ? "-" : absl::StrFormat("%.*f", value < 10 ? 3 : 1, value);
}

std::string KeptCount(const v1::StudentResult& student, const v1::TeacherInfo& teacher) {
  const std::uint64_t all = std::uint64_t{teacher.layers()} * teacher.heads();
  if (IsTeacher(student)) return all ? absl::StrCat("all ", all) : "all";
  if (all == 0) return absl::StrCat(student.kept_size());
  return absl::StrFormat("%d of %d", student.kept_size(), all);
}

// "8"; "8 (P 32)" where the SSM heads are not of the teacher's head dimension.
std::string SsmSizeText(const v1::StudentResult& student) {
  return absl::StrCat(student.state_dim(),
                      student.head_dim() > 0 ? absl::StrCat(" (P ", student.head_dim(), ")") : "");
}

std::vector<std::string> ResultsRow(const v1::StudentResult& student, const v1::TeacherInfo& teacher) {
  const bool is_teacher = IsTeacher(student);
  const v1::Evaluation& evaluation = student.evaluation();
  return {student.name(),
          KeptCount(student, teacher),
          is_teacher ? "-" : SsmSizeText(student),
          is_teacher ? "-" : ShowCount(student.align_tokens() + student.distill_tokens()),
          is_teacher ? "-" : absl::StrFormat("%.1f", student.train_seconds() / 60),
          ShowAccuracy(FirstKvRetrieval(evaluation)),
          evaluation.tasks_size() > 0 ? ShowShare(student.coverage()) : "-",
          TextMeasure(evaluation, evaluation.perplexity()),
          TextMeasure(evaluation, evaluation.kl())};
}

const v1::DecodingMemory* MemoryAt(const v1::StudentResult& student, std::uint32_t context_tokens) {
  for (const auto& memory : student.evaluation().memory()) {
    if (memory.context_tokens() == context_tokens) return &memory;
  }
  return nullptr;
}

std::string MemoryCell(const v1::DecodingMemory* memory, const v1::DecodingMemory* teacher) {
  if (!memory) return "-";
  std::string text = ShowBytes(memory->measured_bytes());
  if (teacher && teacher != memory && teacher->measured_bytes() > 0) {
    const double share = static_cast<double>(memory->measured_bytes()) / teacher->measured_bytes();
    absl::StrAppend(&text, " (", ShowShare(share), ")");
  }
  return memory->measured_bytes() == memory->formula_bytes() ? text : text + " !";
}

std::vector<std::uint32_t> ContextLengths(const v1::JobStatus& status) {
  std::vector<std::uint32_t> lengths;
  for (const auto& student : status.students()) {
    for (const auto& memory : student.evaluation().memory()) lengths.push_back(memory.context_tokens());
  }
  std::sort(lengths.begin(), lengths.end());
  lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  return lengths;
}

std::string RoleOf(const v1::Head& head, const v1::HeadRoles& roles) {
  for (const v1::HeadRole& role : roles.heads()) {
    if (role.head().layer() == head.layer() && role.head().head() == head.head()) return RoleWord(role);
  }
  return "";
}

// "16.0 gather, 18.6 aggregate, 1.0"
std::string HeadsWithRoles(const v1::StudentResult& student, const v1::HeadRoles& roles) {
  return absl::StrJoin(student.kept(), ", ", [&](std::string* out, const v1::Head& head) {
    const std::string role = RoleOf(head, roles);
    absl::StrAppend(out, head.layer(), ".", head.head(), role.empty() ? "" : " ", role);
  });
}

// With roles where they are known and fit.
std::string KeptLine(const v1::StudentResult& student, const v1::HeadRoles& roles) {
  const std::string begin = absl::StrCat(Printable(student.name()), " keeps heads (layer.head): ");
  const std::string described = absl::StrCat(begin, HeadsWithRoles(student, roles));
  const bool known = std::any_of(student.kept().begin(), student.kept().end(),
                                 [&](const v1::Head& head) { return !RoleOf(head, roles).empty(); });
  const bool fits = DisplayWidth(described) <= kLineColumns;
  return known && fits ? described : absl::StrCat(begin, ShowHeads(student.kept()));
}

}  // namespace

std::string ShowAccuracy(const v1::TaskAccuracy& task) {
  if (task.examples() == 0) return "-";
  const double share = static_cast<double>(task.correct()) / task.examples();
  return absl::StrFormat("%s [%.1f, %.1f]", ShowShare(share), 100 * task.low(), 100 * task.high());
}

std::string ShowHeads(const google::protobuf::RepeatedPtrField<v1::Head>& heads) {
  if (heads.empty()) return "none";
  return absl::StrJoin(heads, " ", [](std::string* out, const v1::Head& head) {
    absl::StrAppend(out, head.layer(), ".", head.head());
  });
}

std::string ResultsText(const v1::JobStatus& status) {
  std::string text = ResultsTable(status).ToText();
  if (const v1::Evaluation& evaluation = LongestEvaluation(status);
      evaluation.tasks_size() > 1 ||
      (evaluation.tasks_size() == 1 && evaluation.tasks(0).task() != v1::Evaluate::KV_RETRIEVAL)) {
    absl::StrAppend(&text, "\n", TasksTable(status).ToText());
  }
  const bool measured =
      std::any_of(status.students().begin(), status.students().end(),
                  [](const auto& student) { return student.evaluation().memory_size() > 0; });
  if (measured) absl::StrAppend(&text, "\n", DecodingMemoryTable(status).ToText());
  absl::StrAppend(&text, "\n");
  for (const auto& student : status.students()) {
    if (IsTeacher(student)) continue;
    absl::StrAppend(&text, KeptLine(student, status.roles()), "\n");
  }
  return text;
}

Table ResultsTable(const v1::JobStatus& status) {
  Table table({{"NAME"},
               {"KEPT HEADS", kRight},
               {"N", kRight},
               {"TOKENS", kRight},
               {"MINUTES", kRight},
               {"KV ACCURACY [95%]", kRight},
               {"COVERAGE", kRight},
               {"PERPLEXITY", kRight},
               {"KL", kRight}});
  for (const auto& student : status.students()) table.Add(ResultsRow(student, status.teacher()));
  return table;
}

Table TasksTable(const v1::JobStatus& status) {
  const v1::Evaluation& asked = LongestEvaluation(status);
  std::vector<Column> columns = {{"ACCURACY [95%]"}};
  for (const v1::TaskAccuracy& task : asked.tasks()) columns.push_back({TaskTitle(task), kRight});
  Table table(std::move(columns));
  for (const auto& student : status.students()) {
    const v1::Evaluation& own = student.evaluation();
    std::vector<std::string> cells = {student.name()};
    for (int i = 0; i < asked.tasks_size(); ++i)
      cells.push_back(ShowAccuracy(i < own.tasks_size() ? own.tasks(i) : v1::TaskAccuracy()));
    table.Add(std::move(cells));
  }
  return table;
}

Table DecodingMemoryTable(const v1::JobStatus& status) {
  const std::vector<std::uint32_t> lengths = ContextLengths(status);
  std::vector<Column> columns = {{"DECODING MEMORY"}};
  for (std::uint32_t length : lengths) columns.push_back({absl::StrCat("AT ", length, " TOKENS"), kRight});
  Table table(std::move(columns));
  for (const auto& student : status.students()) {
    std::vector<std::string> cells = {student.name()};
    for (std::uint32_t length : lengths) {
      const v1::DecodingMemory* teacher =
          IsTeacher(status.students(0)) ? MemoryAt(status.students(0), length) : nullptr;
      cells.push_back(MemoryCell(MemoryAt(student, length), teacher));
    }
    table.Add(std::move(cells));
  }
  return table;
}

}  // namespace rad::cli
