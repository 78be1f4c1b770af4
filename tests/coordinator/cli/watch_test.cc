#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/radctl.h"
#include "tests/coordinator/cli/scripted_service.h"

namespace rad::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

v1::Event Happening(std::uint64_t sequence, const std::string& message) {
  v1::Event event;
  event.set_sequence(sequence);
  event.set_unix_millis(1);
  event.set_job_id("j1");
  event.set_stage("rank");
  event.set_message(message);
  return event;
}

TEST(Watch, ShowsEachEventOnceOverALostStream) {
  // The first stream ends early; the second, asked for what follows, repeats an event all the same.
  const ScriptedCoordinator coordinator(
      {.statuses = {JobIn(v1::RUNNING), JobIn(v1::RUNNING), JobIn(v1::RUNNING), JobIn(v1::SUCCEEDED)},
       .watches = {{Happening(4, "started"), Happening(7, "half")},
                   {Happening(7, "half"), Happening(9, "done")}}});
  const Outcome outcome = Radctl(coordinator, {"job", "watch", "j1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("rank: started\n"), HasSubstr("rank: half\n"), HasSubstr("rank: done\n")));
  EXPECT_EQ(outcome.err.find("half"), outcome.err.rfind("half"));
  EXPECT_THAT(coordinator.script().watched_after, ElementsAre(0u, 7u));
}

TEST(Watch, JsonIsALineAnEvent) {
  const ScriptedCoordinator coordinator(
      {.statuses = {JobIn(v1::RUNNING), JobIn(v1::RUNNING), JobIn(v1::FAILED)},
       .watches = {{Happening(4, "started"), Happening(5, "failed")}, {}}});
  const Outcome outcome = Radctl(coordinator, {"job", "watch", "j1", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, kExitJobFailed);
  std::istringstream lines(outcome.out);
  std::string line;
  std::vector<std::string> messages;
  while (std::getline(lines, line)) messages.push_back(nlohmann::json::parse(line)["message"]);
  EXPECT_THAT(messages, ElementsAre("started", "failed"));
}

TEST(Watch, CtrlCDetachesAndSaysHowToComeBackAndCancelsNothing) {
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::RUNNING)}, .interrupt_on_watch = true});
  const Outcome outcome = Radctl(coordinator, {"job", "watch", "j1"});
  EXPECT_EQ(outcome.exit_code, kExitNotFinished);
  EXPECT_THAT(outcome.err,
              HasSubstr("detached from job j1, which goes on. Come back: radctl job watch j1 --addr " +
                        coordinator.address()));
  EXPECT_TRUE(coordinator.script().cancelled.empty());
}

TEST(Watch, BarsAreDrawnOnATerminalOnly) {
  v1::JobStatus running = JobIn(v1::RUNNING);
  v1::StageStatus* stage = running.add_stages();
  stage->set_name("rank");
  stage->set_state(v1::RUNNING);
  stage->mutable_progress()->set_done(5);
  stage->mutable_progress()->set_total(10);
  const Script script{.statuses = {running, running, JobIn(v1::SUCCEEDED)}, .watches = {{}, {}}};
  for (const bool terminal : {true, false}) {
    const ScriptedCoordinator coordinator(script);
    std::ostringstream out, err;
    Console console{.out = out, .err = err, .err_is_terminal = terminal};
    RunRadctl({"job", "watch", "j1", "--addr", coordinator.address()}, console,
              [](const char*) { return nullptr; });
    if (terminal) {
      EXPECT_THAT(err.str(), HasSubstr("[============>           ]"));
    } else {
      EXPECT_THAT(err.str(), AllOf(Not(HasSubstr("[==")), Not(HasSubstr("\x1b"))));
    }
  }
}

TEST(Wait, ExitSaysHowItEnded) {
  for (auto [state, exit_code] : {std::pair(v1::SUCCEEDED, 0), {v1::FAILED, 100}, {v1::CANCELLED, 103}}) {
    const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::RUNNING), JobIn(state)}, .watches = {{}}});
    EXPECT_EQ(Radctl(coordinator, {"job", "wait", "j1"}).exit_code, exit_code);
  }
}

TEST(Wait, EndsWithItsTimeout) {
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::RUNNING)}});
  const Outcome outcome = Radctl(coordinator, {"job", "wait", "j1", "--timeout", "300ms"});
  EXPECT_EQ(outcome.exit_code, kExitNotFinished);
  EXPECT_EQ(outcome.out, "running\n");
  EXPECT_THAT(outcome.err, HasSubstr("no longer waiting for job j1"));
}

TEST(Wait, AnUnknownJobIsNotFound) {
  const ScriptedCoordinator coordinator({});
  const Outcome outcome = Radctl(coordinator, {"job", "wait", "x"});
  EXPECT_EQ(outcome.exit_code, kExitNotFound);
  EXPECT_THAT(outcome.err, HasSubstr("no job 'x'"));
}

}  // namespace
}  // namespace rad::cli
