// A coordinator killed at any moment loses nothing that it acknowledged and tears nothing that it stored.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "tests/chaos/chaos_form.h"
#include "tests/chaos/killed_coordinator.h"
#include "tests/chaos/witness.h"
#include "tests/storage/temp_folder.h"

namespace rad {
namespace {

class KillCoordinatorTest : public testing::Test {
 protected:
  KillCoordinatorTest() {
    EXPECT_TRUE(coordinator_.Start());
    witness_.Begin(coordinator_.channel());
  }

  void TearDown() override {
    if (HasFailure()) std::cerr << std::ifstream(coordinator_.log()).rdbuf();
  }

  // The coordinator lives; what it acknowledged before is there.
  void StartAndCheck(const std::string& failpoint = "") {
    if (!coordinator_.Start(failpoint)) return;
    witness_.Connect(coordinator_.channel());
    witness_.CheckRecent();
  }

  TempFolder folder_;
  KilledCoordinator coordinator_{folder_.path()};
  Witness witness_{Seed()};
  std::mt19937_64 random_{Seed()};
};

TEST_F(KillCoordinatorTest, AtRandomMoments) {
  const std::uint64_t kills = Kills();
  for (std::uint64_t kill = 0; kill < kills && !HasFailure(); ++kill) {
    SCOPED_TRACE(testing::Message() << "kill " << kill);
    if (random_() % 5 == 0) {  // while it recovers from the last one
      coordinator_.Launch();
      std::this_thread::sleep_for(std::chrono::microseconds(random_() % 60'000));
      coordinator_.Kill();
      continue;
    }
    StartAndCheck();
    std::thread killer([pid = coordinator_.pid(), delay = std::chrono::microseconds(random_() % 300'000)] {
      std::this_thread::sleep_for(delay);
      KillProcess(pid, SIGKILL);
    });
    while (witness_.Write()) continue;
    killer.join();
  }
  StartAndCheck();
  witness_.CheckAll();
  std::cout << kills << " kills, " << witness_.acknowledged() << " acknowledged writes\n";
  EXPECT_GT(witness_.acknowledged(), static_cast<int>(kills) / 2) << "it was killed before it did anything";
}

constexpr const char* kFailpoints[] = {
    // Of the artifact store.
    "chunk_written", "commit_before_flush", "commit_flushed", "commit_written", "delete_written",
    "chunks_dropped", "chunks_compacted",
    // Of the meta store and the coordinator's state.
    "meta_before_write", "meta_written", "apply_before_write", "apply_written", "submit_written",
    "checkpoint_committed", "retention_dropped",
    // Of its start.
    "recovery_counted", "recovered", "listening",
    // Of a backup.
    "backup_meta_written", "backup_written"};

TEST_F(KillCoordinatorTest, AtEveryNamedPlace) {
  for (const char* name : kFailpoints) {
    SCOPED_TRACE(name);
    // Enough for the chunks' files to be compacted when it starts again.
    ASSERT_TRUE(witness_.WriteOrphans(70));
    ASSERT_TRUE(witness_.SaveCheckpoint());
    coordinator_.Kill();
    StartAndCheck(std::string(name) + ":1");
    for (int writes = 0; !coordinator_.Died() && writes < 60; ++writes) {
      if (!witness_.Write()) break;
    }
    if (!coordinator_.Died()) witness_.BackUp();
    EXPECT_TRUE(coordinator_.ReachedFailpoint());
    StartAndCheck();
    ASSERT_FALSE(HasFailure());
  }
  ASSERT_TRUE(witness_.BackUp());
  witness_.CheckBackups();
  witness_.CheckAll();
}

TEST_F(KillCoordinatorTest, WhileItRestoresABackup) {
  ASSERT_TRUE(witness_.SaveCheckpoint());
  ASSERT_TRUE(witness_.BackUp());
  coordinator_.Kill();
  const std::filesystem::path data = coordinator_.data();
  const std::filesystem::path backups = folder_.path() / "backups";
  std::filesystem::rename(data / "backups", backups);
  std::filesystem::remove_all(data);
  coordinator_.Restore(backups, "restore_written:1");
  EXPECT_TRUE(coordinator_.ReachedFailpoint());
  EXPECT_FALSE(std::filesystem::exists(data)) << "half a restore is taken for a whole one";
  coordinator_.Restore(backups);
  EXPECT_TRUE(std::filesystem::exists(data));
  StartAndCheck();
  witness_.CheckAll();
}

}  // namespace
}  // namespace rad
