#include "absl/strings/str_cat.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/rpc/event_stream.h"
#include "coordinator/cli/rpc/interrupt.h"
#include "coordinator/cli/rpc/resolve_job.h"
#include "coordinator/cli/spec/number_text.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/table.h"

namespace rad::cli {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(200);
constexpr absl::Duration kWithoutFollow = absl::Minutes(5);  // a stream that only replays ends by itself

struct Options {
  std::string job;
  std::string stage;
  std::string since;
  std::string output;
  std::uint32_t tail = 0;
  bool follow = false;
};

absl::StatusOr<v1::LogsRequest> ToRequest(const Options& options, const std::string& job_id) {
  v1::LogsRequest request;
  request.set_job_id(job_id);
  request.set_stage(options.stage);
  request.set_tail(options.tail);
  request.set_follow(options.follow);
  if (!options.since.empty()) {
    const auto ago = ParseDuration(options.since);
    if (!ago) {
      return absl::InvalidArgumentError(
          absl::StrCat("--since must be a duration such as 10m or 2h, not '", options.since, "'"));
    }
    request.set_since_unix_seconds(absl::ToUnixSeconds(absl::Now() - *ago));
  }
  return request;
}

void Print(const v1::LogLine& line, const std::string& output, std::ostream& out) {
  if (output == "jsonl") {
    out << ToJson(line, EmptyFields::kKeep).dump() << "\n";
    return;
  }
  const std::string rank = line.rank() > 0 ? absl::StrCat(" rank ", line.rank()) : "";
  const absl::Time time = absl::FromUnixMillis(line.unix_millis());
  out << absl::FormatTime("%Y-%m-%d %H:%M:%E3S", time, absl::LocalTimeZone())
      << Printable(absl::StrCat(" ", line.stage(), "#", line.attempt(), rank, " ", line.text())) << "\n";
}

absl::StatusOr<int> Logs(Session& session, const Options& options) {
  auto timeout = session.Timeout(options.follow ? absl::InfiniteDuration() : kWithoutFollow);
  if (!timeout.ok()) return timeout.status();
  const absl::Time deadline = absl::Now() + *timeout;
  auto client = session.ConnectForWaiting();
  if (!client.ok()) return client.status();
  auto job_id = ResolveJob(*client, options.job);
  if (!job_id.ok()) return job_id.status();
  auto request = ToRequest(options, *job_id);
  if (!request.ok()) return request.status();
  const Interrupt interrupt;
  EventStream<v1::LogLine> stream(
      [&](grpc::ClientContext* context) { return client->jobs().Logs(context, *request); });
  while (!interrupt.Raised() && absl::Now() < deadline) {
    for (const v1::LogLine& line : stream.Take(kTick)) Print(line, options.output, session.console.out);
    session.console.out.flush();
    if (const auto ended = stream.Ended())
      return ended->ok() ? absl::StatusOr<int>(kExitOk) : client->Explain(*ended);
  }
  return options.follow ? absl::StatusOr<int>(kExitOk)
                        : absl::DeadlineExceededError("the logs did not end in time");
}

}  // namespace

void AddJobLogs(CLI::App& job, Session& session) {
  AddCommand<Options>(
      job, session, "logs", "What a job's tasks wrote", Logs, [](CLI::App& app, Options& options) {
        app.add_option("job", options.job, "Id, start of one, or name")->required()->type_name("JOB");
        app.add_option("--stage", options.stage, "Only this stage, as in job describe")->type_name("STAGE");
        app.add_option("--tail", options.tail, "Only the last N lines")->type_name("N");
        app.add_option("--since", options.since, "Only lines not older than this, such as 10m")
            ->type_name("DURATION");
        app.add_flag("--follow", options.follow, "Goes on with new lines until the job ends or Ctrl-C");
        AddOutputFlag(app, options.output, {"table", "jsonl"});
      });
}

}  // namespace rad::cli
