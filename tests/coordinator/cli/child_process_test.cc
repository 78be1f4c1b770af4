#include "coordinator/cli/local/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/cli/local/local_service.h"

namespace rad::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ChildProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  std::unique_ptr<ChildProcess> Shell(const std::string& script) {
    auto child = ChildProcess::Start("/bin/sh", {"-c", script}, Log());
    EXPECT_TRUE(child.ok()) << child.status();
    return *std::move(child);
  }
  fs::path Log() const { return folder_ / "log"; }
  std::string LogText() const {
    std::ifstream file(Log());
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // Waits for what another process is about to do, bounded.
  static bool Eventually(const std::function<bool()>& condition) {
    for (const absl::Time deadline = absl::Now() + absl::Seconds(20); absl::Now() < deadline;) {
      if (condition()) return true;
      absl::SleepFor(absl::Milliseconds(5));
    }
    return false;
  }
  void WriteProgram(const std::string& name, const std::string& script) {
    std::ofstream(folder_ / name) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

  fs::path folder_;
};

TEST_F(ChildProcessTest, AnEndedChildIsReportedWithItsLastWords) {
  auto child = Shell("echo cannot lock the store; exit 3");
  ASSERT_TRUE(Eventually([&] { return !child->CheckRunning().ok(); }));
  EXPECT_THAT(std::string(child->CheckRunning().message()),
              AllOf(HasSubstr("sh ended with status 3"), HasSubstr("cannot lock the store")));
}

TEST_F(ChildProcessTest, StopIsGentleFirst) {
  auto child = Shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_TRUE(Eventually([&] { return LogText() == "ready\n"; }));
  EXPECT_TRUE(child->CheckRunning().ok());
  child->Stop(absl::Seconds(20));
  EXPECT_EQ(LogText(), "ready\nbye\n");
}

TEST_F(ChildProcessTest, StopEndsWhoDoesNotListenWithAllItsChildren) {
  auto child =
      Shell("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.01; done' & wait; wait");
  int grandchild = 0;
  ASSERT_TRUE(Eventually([&] { return absl::SimpleAtoi(LogText(), &grandchild); }));
  child->Stop(absl::Milliseconds(50));
  EXPECT_THAT(std::string(child->CheckRunning().message()), HasSubstr("was ended by Killed"));
  // Gone, or a zombie that nobody has reaped.
  EXPECT_TRUE(Eventually([&] {
    std::ifstream stat(absl::StrCat("/proc/", grandchild, "/stat"));
    std::string pid, name, state;
    return !(stat >> pid >> name >> state) || state == "Z";
  }));
}

TEST_F(ChildProcessTest, AMissingProgramIsNamed) {
  auto child = ChildProcess::Start(folder_ / "rad-coordinator", {}, Log());
  EXPECT_EQ(child.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(child.status().message()), HasSubstr("rad-coordinator"));
}

TEST_F(ChildProcessTest, DiesWithItsParent) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    auto child = ChildProcess::Start(
        "/bin/sh", {"-c", "trap 'echo orphaned; exit' TERM; echo up; while :; do sleep 0.01; done"}, Log());
    char byte = 0;
    (void)!read(pipe_ends[0], &byte, 1);
    raise(SIGKILL);
  }
  ASSERT_TRUE(Eventually([&] { return LogText() == "up\n"; }));
  ASSERT_EQ(write(pipe_ends[1], "x", 1), 1);
  waitpid(parent, nullptr, 0);
  EXPECT_TRUE(Eventually([&] { return LogText() == "up\norphaned\n"; }));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_F(ChildProcessTest, AServiceWhoseCoordinatorEndsAtOnceSaysWhy) {
  WriteProgram("rad-coordinator", "echo another coordinator holds the folder >&2; exit 1");
  auto service = LocalService::Start(folder_, folder_ / "data");
  EXPECT_THAT(std::string(service.status().message()), HasSubstr("another coordinator holds the folder"));
}

TEST_F(ChildProcessTest, AServiceIsNotFooledByThePortsOfAnEarlierRun) {
  fs::create_directories(folder_ / "data/logs");
  std::ofstream(folder_ / "data/logs/coordinator-ports.json") << R"({"grpc": 1, "metrics": 1})";
  WriteProgram("rad-coordinator", "exit 5");
  auto service = LocalService::Start(folder_, folder_ / "data");
  EXPECT_THAT(std::string(service.status().message()), HasSubstr("rad-coordinator ended with status 5"));
}

}  // namespace
}  // namespace rad::cli
