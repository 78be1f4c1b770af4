#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/cli/exit_codes.h"
#include "tests/coordinator/cli/scripted_service.h"

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

}  // namespace
}  // namespace rad::cli
