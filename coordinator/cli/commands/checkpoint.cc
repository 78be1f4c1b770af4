#include <filesystem>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/rpc/download.h"
#include "coordinator/cli/rpc/resolve_job.h"
#include "coordinator/cli/rpc/student_artifact.h"
#include "coordinator/cli/view/job_tables.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/quantities.h"

namespace rad::cli {
namespace {

constexpr std::uint32_t kPageArtifacts = 100;
constexpr std::size_t kMaxArtifacts = 10'000;
constexpr absl::Duration kVerifyTimeout = absl::Minutes(10);  // gigabytes

struct ListOptions {
  std::string job;
  std::string output;
};

struct DownloadOptions {
  std::string artifact;
  std::string job;
  std::string student;
  std::string folder;
};

absl::StatusOr<std::vector<v1::Manifest>> FetchArtifacts(CoordinatorClient& client,
                                                         const std::string& job_id) {
  std::vector<v1::Manifest> artifacts;
  v1::ListArtifactsRequest request;
  request.set_job_id(job_id);
  request.set_page_size(kPageArtifacts);
  while (artifacts.size() < kMaxArtifacts) {
    auto page = client.Call(&Artifacts::ListArtifacts, request);
    if (!page.ok()) return page.status();
    for (auto& artifact : *page->mutable_artifacts()) artifacts.push_back(std::move(artifact));
    if (page->next_page_token().empty() || page->artifacts().empty()) break;
    request.set_page_token(page->next_page_token());
  }
  return artifacts;
}

void Print(const std::vector<v1::Manifest>& artifacts, const std::string& output, std::ostream& out) {
  if (output == "json") {
    auto list = nlohmann::ordered_json::array();
    for (const auto& artifact : artifacts) list.push_back(ToJson(artifact, EmptyFields::kKeep));
    out << list.dump(2) << "\n";
  } else if (output == "name") {
    for (const auto& artifact : artifacts) out << artifact.artifact_id() << "\n";
  } else {
    const Table table = ArtifactsTable(artifacts);
    out << (output == "csv" ? table.ToCsv() : table.ToText());
  }
}

absl::StatusOr<int> List(Session& session, const ListOptions& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  std::string job_id;
  if (!options.job.empty()) {
    auto resolved = ResolveJob(*client, options.job);
    if (!resolved.ok()) return resolved.status();
    job_id = *std::move(resolved);
  }
  auto artifacts = FetchArtifacts(*client, job_id);
  if (!artifacts.ok()) return artifacts.status();
  Print(*artifacts, options.output, session.console.out);
  return kExitOk;
}

absl::StatusOr<std::string> ChooseArtifact(CoordinatorClient& client, const DownloadOptions& options) {
  if (options.artifact.empty() == options.job.empty()) {
    return absl::InvalidArgumentError("name an artifact (radctl checkpoint list), or a job by --job");
  }
  if (!options.artifact.empty()) return options.artifact;
  v1::GetRequest request;
  request.set_job_id(options.job);
  auto status = client.Call(&Jobs::Get, request);
  if (!status.ok()) return status.status();
  return StudentArtifact(*status, options.student);
}

absl::StatusOr<int> Download(Session& session, const DownloadOptions& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  auto artifact_id = ChooseArtifact(*client, options);
  if (!artifact_id.ok()) return artifact_id.status();
  const Console& console = session.console;
  auto show = [&](std::uint64_t done_bytes, std::uint64_t total_bytes) {
    if (!console.err_is_terminal) return;
    console.err << "\r\x1b[K" << ShowBytes(done_bytes) << " of " << ShowBytes(total_bytes) << std::flush;
  };
  const absl::Status downloaded = DownloadArtifact(*client, *artifact_id, options.folder, show);
  if (console.err_is_terminal) console.err << "\r\x1b[K" << std::flush;
  if (!downloaded.ok()) return downloaded;
  console.out << std::filesystem::absolute(options.folder).lexically_normal().string() << "\n";
  return kExitOk;
}

struct VerifyOptions {
  std::string artifact;
  std::string output;
};

absl::StatusOr<int> Verify(Session& session, const VerifyOptions& options) {
  auto client = session.Connect(kVerifyTimeout);
  if (!client.ok()) return client.status();
  v1::VerifyArtifactRequest request;
  request.set_artifact_id(options.artifact);
  auto verified = client->Call(&Artifacts::VerifyArtifact, request);
  if (!verified.ok()) return verified.status();
  std::ostream& out = session.console.out;
  if (options.output == "json") {
    out << ToJson(*verified, EmptyFields::kKeep).dump(2) << "\n";
  } else if (verified->bad_sha256().empty()) {
    out << "whole: " << verified->chunks() << " chunks, " << ShowBytes(verified->bytes()) << "\n";
  } else {
    out << "damaged: " << verified->bad_sha256_size() << " of " << verified->chunks() << " chunks\n";
    for (const std::string& sha256 : verified->bad_sha256()) out << sha256 << "\n";
  }
  return verified->bad_sha256().empty() ? kExitOk : kExitError;
}

}  // namespace

void AddCheckpointCommands(CLI::App& app, Session& session) {
  CLI::App* checkpoint = app.add_subcommand("checkpoint", "Checkpoints and students: list, download, verify");
  checkpoint->require_subcommand(1);
  AddCommand<ListOptions>(
      *checkpoint, session, "list", "What is stored, newest first", List,
      [](CLI::App& app, ListOptions& options) {
        app.add_option("job", options.job, "Only of this job: id, start of one, or name")->type_name("JOB");
        AddOutputFlag(app, options.output, {"table", "json", "name", "csv"});
      });
  AddCommand<DownloadOptions>(
      *checkpoint, session, "download", "Into a new folder, every byte checked", Download,
      [](CLI::App& app, DownloadOptions& options) {
        app.add_option("artifact", options.artifact, "Its id")->type_name("ARTIFACT");
        app.add_option("--job", options.job, "Instead of an id: the student of this job")->type_name("JOB");
        app.add_option("--student", options.student, "With --job: which one (default: the first exported)")
            ->type_name("NAME");
        app.add_option("--to", options.folder, "The folder to make")->required()->type_name("FOLDER");
      });
  AddCommand<VerifyOptions>(
      *checkpoint, session, "verify", "Reads every byte in the store; exit status 1 when any is damaged",
      Verify, [](CLI::App& app, VerifyOptions& options) {
        app.add_option("artifact", options.artifact, "Its id")->required()->type_name("ARTIFACT");
        AddOutputFlag(app, options.output, {"text", "json"});
      });
}

}  // namespace rad::cli
