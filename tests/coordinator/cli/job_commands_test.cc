#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "coordinator/cli/exit_codes.h"
#include "tests/coordinator/cli/scripted_service.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string SpecFile(const std::string& text) {
  const std::string path =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml";
  std::ofstream(path) << text;
  return path;
}

constexpr char kSpec[] = "kind: Ablation\nmetadata: {name: trial}\nspec: {teacher: {path: /m/t.gguf}}\n";

TEST(JobSubmit, SendsTheSpecAndItsRequestId) {
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::PENDING)}});
  const Outcome outcome = Radctl(
      coordinator, {"job", "submit", "-f", SpecFile(kSpec), "--set", "probe.pairs=20", "--request-id", "r1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "job j1 (trial) pending\n");
  const auto submitted = coordinator.script().submitted;
  ASSERT_EQ(submitted.size(), 1u);
  EXPECT_EQ(submitted[0].request_id(), "r1");
  EXPECT_EQ(submitted[0].job().spec().teacher().path(), "/m/t.gguf");
  EXPECT_EQ(submitted[0].job().spec().probe().pairs(), 20u);
}

TEST(JobSubmit, RequestIdsDifferWhenNoneIsGiven) {
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::PENDING)}});
  const std::string file = SpecFile(kSpec);
  EXPECT_EQ(Radctl(coordinator, {"job", "submit", "-f", file, "-o", "name"}).out, "j1\n");
  Radctl(coordinator, {"job", "submit", "-f", file});
  const auto submitted = coordinator.script().submitted;
  ASSERT_EQ(submitted.size(), 2u);
  EXPECT_NE(submitted[0].request_id(), submitted[1].request_id());
  EXPECT_FALSE(submitted[0].request_id().empty());
}

TEST(JobSubmit, AWrongSpecIsNotSent) {
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::PENDING)}});
  const Outcome outcome =
      Radctl(coordinator, {"job", "submit", "-f", SpecFile("kind: Ablation\nspce: {}\n")});
  EXPECT_EQ(outcome.exit_code, kExitUsage);
  EXPECT_THAT(outcome.err, HasSubstr(":2:1: unknown key 'spce' in the document; did you mean 'spec'?"));
  EXPECT_TRUE(coordinator.script().submitted.empty());
}

TEST(JobSubmit, WaitReturnsHowTheJobEnded) {
  for (auto [state, exit_code] : {std::pair(v1::SUCCEEDED, 0), {v1::FAILED, 100}, {v1::CANCELLED, 103}}) {
    const ScriptedCoordinator coordinator(
        {.statuses = {JobIn(v1::PENDING), JobIn(v1::RUNNING), JobIn(state)}, .watches = {{}, {}}});
    EXPECT_EQ(Radctl(coordinator, {"job", "submit", "-f", SpecFile(kSpec), "--wait"}).exit_code, exit_code);
  }
}

TEST(JobPlan, ExitSaysWhetherItWouldStart) {
  v1::PlanResponse plan;
  plan.set_starts_now(true);
  auto* stage = plan.add_stages();
  stage->set_name("rank");
  stage->add_after("inspect");
  stage->set_known(true);
  *plan.mutable_job() = JobIn(v1::PENDING).job();
  const std::string file = SpecFile(kSpec);
  {
    const ScriptedCoordinator coordinator({.plan = plan});
    const Outcome outcome = Radctl(coordinator, {"job", "plan", "-f", file});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.out, "STAGE  AFTER    RESULT\nrank   inspect  known already\nstarts now\n");
    EXPECT_EQ(Radctl(coordinator, {"job", "submit", "--dry-run", "-f", file, "-o", "yaml"}).out,
              "kind: Distillation\nmetadata:\n  name: trial\n");
    EXPECT_TRUE(coordinator.script().submitted.empty());
  }
  plan.set_starts_now(false);
  plan.set_reason("no worker has registered");
  const ScriptedCoordinator coordinator({.plan = plan});
  const Outcome outcome = Radctl(coordinator, {"job", "plan", "-f", file});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("would wait: no worker has registered"));
}

TEST(JobList, TurnsPagesAndPassesFilters) {
  v1::ListResponse first, second;
  *first.add_jobs() = JobIn(v1::RUNNING, "j2");
  first.set_next_page_token("1");
  *second.add_jobs() = JobIn(v1::FAILED, "j1");
  const ScriptedCoordinator coordinator({.pages = {first, second}});
  const Outcome outcome = Radctl(
      coordinator, {"job", "list", "-o", "name", "-l", "team=nlp", "-l", "size=1=2", "--state", "running"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "j2\nj1\n");
  const auto listed = coordinator.script().listed;
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].labels().at("team"), "nlp");
  EXPECT_EQ(listed[0].labels().at("size"), "1=2");
  EXPECT_EQ(listed[0].state(), v1::RUNNING);
  EXPECT_EQ(listed[1].page_token(), "1");
  EXPECT_EQ(Radctl(coordinator, {"job", "list", "-l", "team"}).exit_code, kExitUsage);
}

TEST(JobList, EveryFormat) {
  v1::ListResponse page;
  *page.add_jobs() = JobIn(v1::RUNNING);
  page.mutable_jobs(0)->mutable_job()->mutable_spec()->set_queue("research");
  page.mutable_jobs(0)->mutable_job()->mutable_spec()->set_priority(50);
  const ScriptedCoordinator coordinator({.pages = {page}});
  auto out = [&](const char* format) { return Radctl(coordinator, {"job", "list", "-o", format}).out; };
  EXPECT_EQ(out("table"),
            "ID  NAME   KIND          STATE    QUEUE     PRIORITY  AGE  TOOK\n"
            "j1  trial  Distillation  running  research        50    -     -\n");
  EXPECT_THAT(out("wide"), HasSubstr("LABELS"));
  EXPECT_THAT(out("csv"), HasSubstr("j1,trial,Distillation,running,research,50,-,-,-,,\n"));
  EXPECT_THAT(out("yaml"), HasSubstr("- job_id: j1\n"));
  EXPECT_EQ(nlohmann::json::parse(out("json"))[0]["state"], "running");
  EXPECT_EQ(nlohmann::json::parse(out("jsonl"))["job"]["metadata"]["name"], "trial");
}

TEST(JobDescribe, ShowsSpecStagesAndResults) {
  v1::JobStatus status = JobIn(v1::RUNNING);
  v1::StageStatus* stage = status.add_stages();
  stage->set_name("rank");
  stage->set_state(v1::SUCCEEDED);
  stage->set_reused(true);
  stage->set_seconds(185);
  const ScriptedCoordinator coordinator({.statuses = {status}});
  const Outcome outcome = Radctl(coordinator, {"job", "describe", "j1"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("State:      running, 1 of 1 stages done\n"));
  EXPECT_THAT(outcome.out, HasSubstr("kind: Distillation\n"));
  EXPECT_THAT(outcome.out, HasSubstr("rank   reused    0/0  3m05s"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("STRAGGLER"))) << "nothing runs on several workers";
  EXPECT_EQ(Radctl(coordinator, {"job", "describe", "j1", "-o", "yaml"}).out,
            "kind: Distillation\nmetadata:\n  name: trial\n");
}

TEST(JobDescribe, ShowsWhichRankOfAGangTheOthersWaitFor) {
  v1::JobStatus status = JobIn(v1::RUNNING);
  v1::StageStatus* stage = status.add_stages();
  stage->set_name("align");
  for (const auto& [worker, score] : {std::pair("a", 1.0), {"b", 2.504}, {"c", 0.0}}) {
    v1::RankStatus* rank = stage->add_ranks();
    rank->set_rank(static_cast<std::uint32_t>(stage->ranks_size() - 1));
    rank->set_worker(worker);
    rank->set_straggler_score(score);
  }
  const ScriptedCoordinator coordinator({.statuses = {status}});
  EXPECT_THAT(Radctl(coordinator, {"job", "describe", "j1"}).out,
              HasSubstr("STAGE  RANK  WORKER  STRAGGLER\n"
                        "align     0  a            1.00\n"
                        "align     1  b            2.50\n"
                        "align     2  c               -\n"));
}

TEST(JobCancel, AsksForConsentWhereNobodyCanBeAsked) {
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::CANCELLED)}});
  const Outcome refused = Radctl(coordinator, {"job", "cancel", "j1"});
  EXPECT_EQ(refused.exit_code, kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("--yes"));
  EXPECT_TRUE(coordinator.script().cancelled.empty());
  const Outcome outcome = Radctl(coordinator, {"job", "cancel", "j1", "--yes"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "job j1 cancelled\n");
  EXPECT_EQ(coordinator.script().cancelled.at(0).job_id(), "j1");
}

// A name may be another job's by the second time.
TEST(JobCancel, EveryCallIsARequestOfItsOwn) {
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::CANCELLED)}});
  EXPECT_EQ(Radctl(coordinator, {"job", "cancel", "trial", "--yes"}).exit_code, 0);
  EXPECT_EQ(Radctl(coordinator, {"job", "cancel", "trial", "--yes"}).exit_code, 0);
  const auto cancelled = coordinator.script().cancelled;
  ASSERT_EQ(cancelled.size(), 2u);
  EXPECT_FALSE(cancelled[0].request_id().empty());
  EXPECT_NE(cancelled[0].request_id(), cancelled[1].request_id());
}

TEST(JobLogs, PassesFiltersAndPrintsLines) {
  v1::LogLine line;
  line.set_unix_millis(1);
  line.set_stage("align");
  line.set_attempt(2);
  line.set_text("step 10\x1b[2J");
  const ScriptedCoordinator coordinator({.statuses = {JobIn(v1::RUNNING)}, .logs = {line}});
  const Outcome outcome =
      Radctl(coordinator, {"job", "logs", "j1", "--tail", "5", "--since", "10m", "--stage", "align"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(" align#2 step 10?[2J\n"));
  const auto asked = coordinator.script().logs_asked;
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].tail(), 5u);
  EXPECT_EQ(asked[0].stage(), "align");
  EXPECT_GT(asked[0].since_unix_seconds(), 0);
  EXPECT_THAT(Radctl(coordinator, {"job", "logs", "j1", "-o", "jsonl"}).out, HasSubstr(R"("stage":"align")"));
  EXPECT_EQ(Radctl(coordinator, {"job", "logs", "j1", "--since", "soon"}).exit_code, kExitUsage);
}

TEST(WorkerList, TableAndHint) {
  v1::ListWorkersResponse workers;
  {
    const ScriptedCoordinator coordinator({.workers = workers});
    EXPECT_THAT(Radctl(coordinator, {"worker", "list"}).err, HasSubstr("no worker has registered"));
  }
  auto* worker = workers.add_workers();
  worker->set_name("w1");
  worker->set_state("busy");
  worker->set_device("cpu");
  worker->set_threads(2);
  worker->set_memory_bytes(16ull << 30);
  worker->set_lease_seconds_left(7.5);
  worker->set_running("j1/align");
  const ScriptedCoordinator coordinator({.workers = workers});
  EXPECT_EQ(Radctl(coordinator, {"worker", "list"}).out,
            "NAME  STATE  DEVICE  THREADS    MEMORY  LEASE  RUNNING\n"
            "w1    busy   cpu           2  16.0 GiB   7.5s  j1/align\n");
}

TEST(Version, OfBothSides) {
  const ScriptedCoordinator coordinator({});
  EXPECT_THAT(Radctl(coordinator, {"version"}).out, HasSubstr("coordinator 9.9.9 (protocol 7)\n"));
  EXPECT_THAT(Radctl(coordinator, {"version", "--client"}).out, Not(HasSubstr("coordinator")));
  const Outcome alone = Radctl({"version", "--addr", "127.0.0.1:1"});
  EXPECT_EQ(alone.exit_code, 0);
  EXPECT_THAT(alone.out, HasSubstr("radctl "));
}

}  // namespace
}  // namespace rad::cli
