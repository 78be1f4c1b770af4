#include "worker/agent/executor.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

namespace rad {
namespace {

// Runs shell scripts as executors, with SIGCHLD taken from a descriptor as the agent does.
class ExecutorTest : public testing::Test {
 protected:
  void SetUp() override {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &signals, nullptr), 0);
    signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    loop_.Watch(signal_fd_, [this] {
      signalfd_siginfo info;
      while (read(signal_fd_, &info, sizeof info) > 0) {
      }
      executor_->Reap();
    });
    loop_.After(absl::Seconds(60), [this] {
      ADD_FAILURE() << "the executor did not end";
      loop_.Quit();
    });
  }
  void TearDown() override { close(signal_fd_); }

  void Start(const std::string& script) {
    auto started = Executor::Start(
        {.program = "/bin/sh", .arguments = {"-c", script}, .environment = {"RAD_X=7"}}, loop_,
        {.report = [this](std::string frame) { frames_.push_back(std::move(frame)); },
         .lines =
             [this](std::vector<std::string> lines) {
               for (auto& line : lines) lines_.push_back(std::move(line));
               if (on_line_) on_line_();
             },
         .exited =
             [this](int wait_status) {
               wait_status_ = wait_status;
               loop_.Quit();
             }});
    ASSERT_TRUE(started.ok()) << started.status();
    executor_ = *std::move(started);
  }

  EventLoop loop_;
  std::unique_ptr<Executor> executor_;
  std::vector<std::string> frames_, lines_;
  std::function<void()> on_line_;
  std::optional<int> wait_status_;
  int signal_fd_ = -1;
};

TEST_F(ExecutorTest, LinesFramesAndExitCodeArriveInFull) {
  Start("echo out; echo err >&2; printf '\\003\\000\\000\\000abc' >&3; printf 'last'; echo $RAD_X; exit 5");
  loop_.Run();
  EXPECT_EQ(lines_, (std::vector<std::string>{"out", "err", "last7"}));
  EXPECT_EQ(frames_, std::vector<std::string>{"abc"});
  ASSERT_TRUE(wait_status_);
  EXPECT_EQ(WEXITSTATUS(*wait_status_), 5);
}

TEST_F(ExecutorTest, MuchOutputIsNotCutShortByTheExit) {
  Start("i=0; while [ $i -lt 20000 ]; do echo line-number-$i; i=$((i+1)); done");
  loop_.Run();
  ASSERT_EQ(lines_.size(), 20000u);
  EXPECT_EQ(lines_.back(), "line-number-19999");
}

TEST_F(ExecutorTest, StopIsSigtermFirst) {
  Start("trap 'echo stopping; exit 3' TERM; echo ready; sleep 1000 & wait");
  on_line_ = [this] { executor_->Stop(absl::Seconds(30)); };
  loop_.Run();
  EXPECT_EQ(lines_, (std::vector<std::string>{"ready", "stopping"}));
  EXPECT_EQ(WEXITSTATUS(*wait_status_), 3);
}

TEST_F(ExecutorTest, AndSigkillForWhoeverIgnoresIt) {
  Start("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  on_line_ = [this] { executor_->Stop(absl::Milliseconds(100)); };
  loop_.Run();
  ASSERT_TRUE(WIFSIGNALED(*wait_status_));
  EXPECT_EQ(WTERMSIG(*wait_status_), SIGKILL);
}

TEST_F(ExecutorTest, OneThatIsHaltedIsStoppedTheSameWay) {
  Start("trap 'echo stopping; exit 3' TERM; echo ready; kill -STOP $$; while :; do sleep 0.05; done");
  on_line_ = [this] {
    if (lines_.size() > 1) return;
    siginfo_t info = {};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(executor_->pid()), &info, WSTOPPED | WNOWAIT), 0);
    executor_->Stop(absl::Seconds(30));
  };
  loop_.Run();
  EXPECT_EQ(lines_, (std::vector<std::string>{"ready", "stopping"}));
  EXPECT_EQ(WEXITSTATUS(*wait_status_), 3);
}

TEST_F(ExecutorTest, ChildrenOfTheExecutorEndWithIt) {
  Start("sleep 1000 & echo $!; exit 0");
  loop_.Run();
  ASSERT_EQ(lines_.size(), 1u);
  const std::string stat = "/proc/" + lines_[0];
  // Reparented and killed: gone as soon as init has reaped it, which `kill` sees as a zombie at worst.
  EXPECT_NE(getpgid(std::stoi(lines_[0])), getpgid(0)) << stat;
}

TEST_F(ExecutorTest, GarbageOnTheReportPipeEndsTheExecutor) {
  Start("printf '\\377\\377\\377\\377' >&3; sleep 1000");
  loop_.Run();
  EXPECT_TRUE(frames_.empty());
  EXPECT_EQ(WTERMSIG(*wait_status_), SIGKILL);
}

TEST_F(ExecutorTest, DescriptorsOfTheAgentDoNotLeak) {
  int leak[2];
  ASSERT_EQ(pipe(leak), 0);  // without close-on-exec
  Start("ls /proc/self/fd | tr '\\n' ' '");
  loop_.Run();
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0].find(std::to_string(leak[0]) + " "),
            leak[0] > 4 ? std::string::npos : lines_[0].find("4 "));
  close(leak[0]);
  close(leak[1]);
}

TEST_F(ExecutorTest, AProgramThatIsNotThereIsAnErrorNotAChild) {
  const auto started = Executor::Start({.program = "/nonexistent/rad-executor"}, loop_, {});
  EXPECT_EQ(started.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rad
