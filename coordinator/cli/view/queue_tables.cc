#include "coordinator/cli/view/queue_tables.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/cli/spec/enum_words.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/quantities.h"

namespace rad::cli {
namespace {

constexpr auto kRight = Column::Align::kRight;

std::string Quota(const v1::Queue& queue) { return queue.has_quota() ? absl::StrCat(queue.quota()) : "-"; }

}  // namespace

Table QueuesTable(const v1::ListQueuesResponse& queues) {
  Table table({{"QUEUE"},
               {"QUOTA", kRight},
               {"BORROWS"},
               {"HELD", kRight},
               {"RUNNING", kRight},
               {"WAITING", kRight}});
  for (const v1::Queue& queue : queues.queues()) {
    table.Add({queue.name(), Quota(queue), queue.borrow() ? "yes" : "no", absl::StrCat(queue.held()),
               absl::StrCat(queue.running_jobs()), absl::StrCat(queue.waiting_jobs())});
  }
  return table;
}

std::string DescribeQueue(const v1::Queue& queue) {
  return absl::StrCat(queue.has_quota() ? absl::StrCat("quota ", queue.quota()) : "no quota",
                      queue.borrow() ? ", borrows" : ", does not borrow");
}

std::string DescribeExplanation(const v1::Explanation& explanation) {
  std::string text = absl::StrCat("Job:       ", explanation.job_id(), ", ", StateWord(explanation.state()),
                                  "\nQueue:     ", explanation.queue());
  if (explanation.position() > 0) absl::StrAppend(&text, ", place ", explanation.position());
  absl::StrAppend(&text, "\nReason:    ");
  if (explanation.reason() != v1::NOT_PENDING) {
    absl::StrAppend(&text, EnumWord(*v1::PendingReason_descriptor(), explanation.reason()), ": ");
  }
  absl::StrAppend(&text, Printable(explanation.message()), "\n");
  if (!explanation.blockers().empty())
    absl::StrAppend(&text, "Behind:    ", absl::StrJoin(explanation.blockers(), ", "), "\n");
  if (explanation.position() > 0) {
    absl::StrAppend(&text, "Starts in: ",
                    explanation.has_estimated_start_seconds()
                        ? absl::StrCat("about ", ShowSeconds(explanation.estimated_start_seconds()))
                        : "not to be told yet",
                    "\n");
  }
  return text;
}

}  // namespace rad::cli
