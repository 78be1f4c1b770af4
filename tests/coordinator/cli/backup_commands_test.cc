#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "coordinator/cli/exit_codes.h"
#include "storage/backups.h"
#include "tests/coordinator/cli/scripted_service.h"
#include "tests/storage/temp_folder.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;

Script WithBackups(bool second_is_sound) {
  Script script;
  for (const std::uint32_t id : {1u, 2u}) {
    v1::Backup& backup = *script.backups.add_backups();
    backup.set_backup_id(id);
    backup.set_bytes(id << 20);
    backup.set_files(10 * id);
    backup.set_verified(id == 1 || second_is_sound);
  }
  return script;
}

TEST(BackupCommands, CreateShowsTheNewOne) {
  const Outcome outcome = Radctl(ScriptedCoordinator(WithBackups(true)), {"backup", "create"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "BACKUP  CREATED  FILES      SIZE\n"
            "     2  -           20  2.00 MiB\n");
}

TEST(BackupCommands, ListShowsAll) {
  const Outcome outcome = Radctl(ScriptedCoordinator(WithBackups(true)), {"backup", "list", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"backup_id\": 1"));
  EXPECT_THAT(outcome.out, HasSubstr("\"backup_id\": 2"));
}

TEST(BackupCommands, VerifyFailsWhenOneIsDamaged) {
  EXPECT_EQ(Radctl(ScriptedCoordinator(WithBackups(true)), {"backup", "verify"}).exit_code, 0);
  const Outcome outcome = Radctl(ScriptedCoordinator(WithBackups(false)), {"backup", "verify"});
  EXPECT_EQ(outcome.exit_code, kExitError);
  EXPECT_THAT(outcome.out, HasSubstr("DAMAGED"));
}

// The program itself: it becomes another.
class BackupRestore : public testing::Test {
 protected:
  int Restore(const std::string& arguments) {
    const std::string radctl = std::filesystem::path(std::getenv("RAD_BIN")) / "radctl";
    const std::string log = folder_.path() / "log";
    const int status = std::system((radctl + " backup restore " + arguments + " 2>" + log).c_str());
    said_ = std::string(std::istreambuf_iterator<char>(std::ifstream(log).rdbuf()), {});
    return WEXITSTATUS(status);
  }
  // Of a coordinator that never was.
  std::string Backups() {
    const auto meta = MetaStore::Open(folder_.path() / "meta");
    const auto artifacts = ArtifactStore::Open(folder_.path() / "ckpt");
    EXPECT_TRUE(meta.ok() && artifacts.ok());
    EXPECT_TRUE(CreateBackup(folder_.path() / "backups", **meta, **artifacts).ok());
    return folder_.path() / "backups";
  }

  TempFolder folder_;
  std::string said_;
};

TEST_F(BackupRestore, MakesADataFolderOnce) {
  const std::string flags = "--from " + Backups() + " --data-dir " + (folder_.path() / "restored").string();
  EXPECT_EQ(Restore("1 " + flags), kExitOk) << said_;
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "restored" / "meta" / "CURRENT"));
  EXPECT_EQ(Restore(flags), kExitConflict);
  EXPECT_THAT(said_, HasSubstr("is not empty"));
}

TEST_F(BackupRestore, SaysWhatIsNotThere) {
  const std::string flags = "--from " + Backups() + " --data-dir " + (folder_.path() / "restored").string();
  EXPECT_EQ(Restore("7 " + flags), kExitNotFound);
  EXPECT_EQ(Restore("--data-dir " + (folder_.path() / "restored").string()), kExitUsage);
  EXPECT_THAT(said_, HasSubstr("--from"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "restored"));
}

}  // namespace
}  // namespace rad::cli
