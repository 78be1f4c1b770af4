#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/view/job_tables.h"
#include "coordinator/cli/view/message_json.h"

namespace rad::cli {
namespace {

// Every byte that the coordinator holds may have to be copied.
constexpr absl::Duration kTimeout = absl::Hours(1);

struct Options {
  std::string output;
};

struct RestoreOptions {
  std::uint32_t backup = 0;  // 0: the newest
  std::string from, data_dir;
};

void Print(const std::vector<v1::Backup>& backups, Width width, const std::string& output,
           std::ostream& out) {
  if (output == "json") {
    auto list = nlohmann::ordered_json::array();
    for (const v1::Backup& backup : backups) list.push_back(ToJson(backup, EmptyFields::kKeep));
    out << list.dump(2) << "\n";
  } else {
    out << BackupsTable(backups, width).ToText();
  }
}

absl::StatusOr<int> Create(Session& session, const Options& options) {
  auto client = session.Connect(kTimeout);
  if (!client.ok()) return client.status();
  auto backup = client->Call(&Backups::CreateBackup, v1::CreateBackupRequest());
  if (!backup.ok()) return backup.status();
  Print({*backup}, Width::kNormal, options.output, session.console.out);
  return kExitOk;
}

absl::StatusOr<int> Show(Session& session, const Options& options, bool verify) {
  auto client = session.Connect(kTimeout);
  if (!client.ok()) return client.status();
  v1::ListBackupsRequest request;
  request.set_verify(verify);
  auto list = client->Call(&Backups::ListBackups, request);
  if (!list.ok()) return list.status();
  const std::vector<v1::Backup> backups(list->backups().begin(), list->backups().end());
  Print(backups, verify ? Width::kWide : Width::kNormal, options.output, session.console.out);
  const bool sound =
      std::all_of(backups.begin(), backups.end(), [](const auto& at) { return at.verified(); });
  return !verify || sound ? kExitOk : kExitError;
}

absl::StatusOr<int> List(Session& session, const Options& options) { return Show(session, options, false); }
absl::StatusOr<int> Verify(Session& session, const Options& options) { return Show(session, options, true); }

// Only returns when rad-coordinator, which knows how to, cannot be run.
absl::StatusOr<int> Restore(Session&, const RestoreOptions& options) {
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("rad-coordinator");
  std::vector<std::string> words = {program, "--restore-from", options.from, "--data-dir", options.data_dir};
  if (options.backup != 0) words.insert(words.end(), {"--backup", absl::StrCat(options.backup)});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  return absl::NotFoundError(absl::StrCat(
      "cannot run ", program, ": ", std::generic_category().message(errno), "; it belongs beside radctl"));
}

void AddRestoreFlags(CLI::App& app, RestoreOptions& options) {
  app.add_option("BACKUP", options.backup, "Its number (default: the newest)")->check(CLI::PositiveNumber);
  app.add_option("--from", options.from,
                 "The folder of backups: the coordinator's --backups (default: backups in its data folder)")
      ->required();
  app.add_option("--data-dir", options.data_dir,
                 "The data folder to make, which must be empty or not there; it appears whole or not at all")
      ->required();
}

void AddFlags(CLI::App& app, Options& options) { AddOutputFlag(app, options.output, {"table", "json"}); }

}  // namespace

void AddBackupCommands(CLI::App& app, Session& session) {
  CLI::App* backup = app.add_subcommand(
      "backup", "Backups of all that the coordinator holds: create, list, verify, restore");
  backup->require_subcommand(1);
  AddCommand<Options>(*backup, session, "create", "Makes one, while the coordinator serves", Create,
                      AddFlags);
  AddCommand<Options>(*backup, session, "list", "What there is, oldest first", List, AddFlags);
  AddCommand<Options>(*backup, session, "verify", "Reads every byte; exit status 1 when any is damaged",
                      Verify, AddFlags);
  AddCommand<RestoreOptions>(
      *backup, session, "restore",
      "Makes a data folder out of one, after reading every byte of it.\n"
      "Stop the coordinator before, and start it with --data-dir NEW after; what still runs from\n"
      "later than the backup is told that it is stale",
      Restore, AddRestoreFlags);
}

}  // namespace rad::cli
