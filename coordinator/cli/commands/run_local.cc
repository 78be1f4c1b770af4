#include "coordinator/cli/commands/run_local.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/commands/follow_job.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/local/local_job.h"
#include "coordinator/cli/local/local_service.h"
#include "coordinator/cli/local/student_folder.h"
#include "coordinator/cli/rpc/interrupt.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/run_report.h"

namespace rad::cli {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kCallTimeout = absl::Seconds(30);

void SayWhatRuns(const Console& console, const LocalService& service, const v1::JobStatus& status,
                 absl::Time submitted_at) {
  const bool resumed =
      absl::FromUnixSeconds(status.submitted_unix_seconds()) < submitted_at - absl::Seconds(2);
  console.Say(absl::StrCat("coordinator at ", service.address(), ", metrics at ", service.metrics_url()));
  console.Say(absl::StrCat(resumed ? "taking up job " : "job ", status.job_id(), " (",
                           status.job().metadata().name(), resumed ? ") where it was left" : ")"));
}

// Jobs of other specs that earlier runs left come first: better said than wondered about.
void SayWhoIsAhead(const Console& console, CoordinatorClient& client, const v1::JobStatus& ours) {
  auto jobs = client.Call(&Jobs::List, v1::ListRequest());
  if (!jobs.ok()) return;
  for (const v1::JobStatus& job : jobs->jobs()) {
    if (job.job_id() == ours.job_id() || IsTerminal(job.state())) continue;
    console.Say(
        absl::StrCat("job ", job.job_id(), " (", job.job().metadata().name(),
                     ") of an earlier run is unfinished and shares this worker. Stop it: radctl job cancel ",
                     job.job_id(), " --addr ", client.address()));
  }
}

std::string Quoted(const fs::path& path) {
  const std::string text = path.string();
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./") ==
                 std::string::npos
             ? text
             : absl::StrCat("'", text, "'");
}

std::string WhereThingsAre(const LocalRun& run, const fs::path& student, const std::string& job_id) {
  std::string text;
  if (!student.empty()) {
    absl::StrAppend(&text, "The student is in ", Quoted(student), ". Try it:\n  ",
                    Quoted(run.programs / "rad-worker"), " generate ", Quoted(student),
                    " --prompt 'The sky is'\n");
  }
  absl::StrAppend(&text, "All heads, job by job:\n  ", Quoted(run.programs / "rad-coordinator"),
                  " --data-dir ", Quoted(run.data_dir / "coordinator"), " &\n  ",
                  Quoted(run.programs / "radctl"), " scores show ", job_id, "\n");
  return text;
}

absl::StatusOr<int> Finish(const Console& console, CoordinatorClient& client, const LocalRun& run,
                           const v1::JobStatus& status) {
  auto student = FetchStudent(client, status, run.data_dir / "students");
  if (!student.ok()) return student.status();
  auto reported = ReportRun(console, client, status, run.output, *student);
  if (reported.ok() && run.output == "table" && status.state() == v1::SUCCEEDED) {
    console.out << "\n" << WhereThingsAre(run, *student, status.job_id());
  }
  console.Say(absl::StrCat("everything is stored in ", run.data_dir.string(),
                           "; its logs/ hold what the programs wrote"));
  return reported;
}

}  // namespace

absl::StatusOr<int> ReportRun(const Console& console, CoordinatorClient& client, const v1::JobStatus& status,
                              const std::string& output, const fs::path& student) {
  v1::ScoresRequest request;
  request.set_job_id(status.job_id());
  auto ranking = client.Call(&Jobs::Scores, request);  // there may be none yet
  const v1::Ranked rows = ranking.ok() ? *ranking : v1::Ranked();
  if (output == "json") {
    nlohmann::ordered_json json = {{"job", ToJson(status, EmptyFields::kKeep)},
                                   {"ranking", ToJson(rows, EmptyFields::kKeep)}};
    if (!student.empty()) json["student_folder"] = student.string();
    console.out << json.dump(2) << "\n";
  } else if (status.state() == v1::SUCCEEDED) {
    console.out << "\n" << RunReport(status, rows);
  }
  if (status.state() != v1::SUCCEEDED && IsTerminal(status.state())) {
    console.Say(absl::StrCat("job ", status.job_id(), " ", Headline(status)));
  }
  return ExitCodeOf(status.state());
}

absl::StatusOr<int> RunLocal(const Console& console, const v1::Job& job, const LocalRun& run) {
  const Interrupt interrupt;  // from the first child on: they are stopped in order
  auto service = LocalService::Start(run.programs, run.data_dir);
  if (!service.ok()) return service.status();
  CoordinatorClient client((*service)->address(), kCallTimeout);
  const absl::Time submitted_at = absl::Now();
  auto status = SubmitOrResume(client, job, run.data_dir);
  if (!status.ok()) return status.status();
  SayWhatRuns(console, **service, *status, submitted_at);
  SayWhoIsAhead(console, client, *status);
  auto followed = FollowJob(client, console, status->job_id(),
                            {.deadline = run.deadline, .check = [&] { return (*service)->CheckRunning(); }});
  if (!followed.ok()) return followed.status();
  if (!IsTerminal(followed->status.state())) {
    console.Say("stopping; nothing is lost: the same command goes on from the last checkpoint");
    return kExitNotFinished;
  }
  return Finish(console, client, run, followed->status);
}

}  // namespace rad::cli
