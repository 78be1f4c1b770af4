#include "absl/strings/str_cat.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/spec/enum_words.h"
#include "coordinator/cli/view/job_tables.h"
#include "coordinator/cli/view/message_json.h"

namespace rad::cli {
namespace {

constexpr std::uint32_t kPageJobs = 100;

struct Options {
  std::string output;
  std::string state;
  std::vector<std::string> labels;
  std::uint32_t limit = 500;
};

absl::StatusOr<v1::ListRequest> ToRequest(const Options& options) {
  v1::ListRequest request;
  if (!options.state.empty()) {
    request.set_state(static_cast<v1::State>(FindEnumWord(*v1::State_descriptor(), options.state)->number()));
  }
  for (const std::string& label : options.labels) {
    const std::size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(absl::StrCat("-l must be label=value, not '", label, "'"));
    }
    (*request.mutable_labels())[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return request;
}

absl::StatusOr<std::vector<v1::JobStatus>> FetchJobs(CoordinatorClient& client, v1::ListRequest request,
                                                     std::size_t limit) {
  std::vector<v1::JobStatus> jobs;
  while (jobs.size() < limit) {
    request.set_page_size(static_cast<std::uint32_t>(std::min<std::size_t>(kPageJobs, limit - jobs.size())));
    auto page = client.Call(&Jobs::List, request);
    if (!page.ok()) return page.status();
    for (auto& job : *page->mutable_jobs()) jobs.push_back(std::move(job));
    if (page->next_page_token().empty() || page->jobs().empty()) break;
    request.set_page_token(page->next_page_token());
  }
  if (jobs.size() > limit) jobs.resize(limit);
  return jobs;
}

void Print(const std::vector<v1::JobStatus>& jobs, const std::string& output, std::ostream& out) {
  if (output == "name" || output == "jsonl") {
    for (const auto& job : jobs) {
      out << (output == "name" ? job.job_id() : ToJson(job, EmptyFields::kKeep).dump()) << "\n";
    }
  } else if (output == "json" || output == "yaml") {
    auto list = nlohmann::ordered_json::array();
    for (const auto& job : jobs) list.push_back(ToJson(job, EmptyFields::kKeep));
    out << (output == "json" ? list.dump(2) + "\n" : ToYaml(list));
  } else {
    const Width width = output == "table" ? Width::kNormal : Width::kWide;
    const Table table = JobsTable(jobs, width, absl::ToUnixSeconds(absl::Now()));
    out << (output == "csv" ? table.ToCsv() : table.ToText());
  }
}

absl::StatusOr<int> List(Session& session, const Options& options) {
  auto request = ToRequest(options);
  if (!request.ok()) return request.status();
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  auto jobs = FetchJobs(*client, *request, options.limit);
  if (!jobs.ok()) return jobs.status();
  Print(*jobs, options.output, session.console.out);
  if (jobs->empty()) session.console.Say("no such jobs");
  return kExitOk;
}

}  // namespace

void AddJobList(CLI::App& job, Session& session) {
  AddCommand<Options>(job, session, "list", "Jobs, newest first", List, [](CLI::App& app, Options& options) {
    app.add_option("--state", options.state, "Only jobs in this state")
        ->check(CLI::IsMember(EnumWords(*v1::State_descriptor()), CLI::ignore_case).description(""))
        ->type_name("STATE");
    app.add_option("-l,--label", options.labels, "Only jobs with this label; all given must match")
        ->type_name("LABEL=VALUE")
        ->allow_extra_args(false);
    app.add_option("--limit", options.limit, "At most so many (default 500)")
        ->check(CLI::Range(1u, 100'000u).description(""))
        ->type_name("N");
    AddOutputFlag(app, options.output, {"table", "wide", "json", "yaml", "name", "jsonl", "csv"});
  });
}

}  // namespace rad::cli
