#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "rad/v1/backup.grpc.pb.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"
#include "tests/harness/scrape.h"

namespace rad {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MetricsTest : public ServiceTest {
 protected:
  MetricsTest() : ServiceTest("127.0.0.1:0") {}

  std::string Metrics() { return Scrape(server_->metrics_port()); }

  v1::Progress TrainingProgress() {
    v1::Progress progress;
    progress.set_done(30);
    progress.set_total(40);
    progress.set_eta_seconds(12);
    progress.set_step(30);
    progress.set_tokens(15'360);
    (*progress.mutable_losses())["align"] = 0.25;
    (*progress.mutable_memory_bytes())["weights"] = 1'000'000;
    return progress;
  }
};

TEST_F(MetricsTest, ARunningJobHasItsSeriesAndAnEndedOneHasNone) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleJob()).job_id();
  const v1::Task task = StartAlignment(worker);
  worker.Progress(task, TrainingProgress());
  worker.Renew({FenceFor(task)});  // so the progress before it has arrived
  const std::string during = Metrics();
  EXPECT_THAT(during, HasSubstr("rad_job_progress_ratio{job=\"job-1\",stage=\"align\"} 0.75"));
  EXPECT_THAT(during, HasSubstr("rad_job_eta_seconds{job=\"job-1\",stage=\"align\"} 12"));
  EXPECT_THAT(during, HasSubstr("rad_job_tokens_total{job=\"job-1\",stage=\"align\"} 15360"));
  EXPECT_THAT(during, HasSubstr("rad_job_loss{job=\"job-1\",stage=\"align\",term=\"align\"} 0.25"));
  EXPECT_THAT(during,
              HasSubstr("rad_job_memory_bytes{job=\"job-1\",stage=\"align\",kind=\"weights\"} 1000000"));
  EXPECT_THAT(during, HasSubstr("rad_jobs{state=\"running\"} 1"));
  EXPECT_THAT(during, HasSubstr("rad_workers{state=\"busy\"} 1"));
  EXPECT_THAT(during, Not(HasSubstr("rad_pending_jobs{")));  // one task runs, another waits: the job does not
  EXPECT_THAT(during,
              HasSubstr("rad_heads_scored_total 64"));  // 8 heads on 8 examples
  EXPECT_THAT(during, HasSubstr("rad_stage_duration_seconds_count{kind=\"rank\"} 1"));
  EXPECT_THAT(during, HasSubstr("rad_rocksdb_disk_bytes{database=\"ckpt\"}"));
  worker.Finish(task, worker.Answer(task));
  Work(worker, id);
  const std::string after = Metrics();
  EXPECT_THAT(after, Not(HasSubstr("job=\"job-1\"")));
  EXPECT_THAT(after, HasSubstr("rad_jobs{state=\"succeeded\"} 1"));
}

TEST_F(MetricsTest, LostLeasesAndStaleReportsAreCounted) {
  FakeWorker worker(channel(), "w");
  Submit(SampleAblation());
  const v1::Task task = worker.AwaitStart();
  Advance(absl::Seconds(11));
  std::string artifact_id;
  worker.Publish(task, v1::Manifest::CHECKPOINT, "late", 1, &artifact_id);
  const std::string metrics = Metrics();
  EXPECT_THAT(metrics, HasSubstr("rad_leases_lost_total 1"));
  EXPECT_THAT(metrics, HasSubstr("rad_stale_reports_refused_total 1"));
  EXPECT_THAT(metrics, HasSubstr("rad_workers{state=\"lost\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("rad_pending_jobs{reason=\"no_worker\"} "));
  EXPECT_THAT(metrics, HasSubstr("rad_scheduling_pass_seconds_bucket{le=\"0.1\"} "));
}

TEST_F(MetricsTest, AnAttemptHasOneOutcome) {
  FakeWorker worker(channel(), "w");
  Submit(SampleJob());
  const v1::Task training = StartAlignment(worker);
  v1::Job urgent = SampleAblation();
  urgent.mutable_spec()->set_priority(5);
  urgent.mutable_spec()->mutable_probe()->set_seed(105);  // of which nothing is known
  Submit(urgent);
  worker.Await(v1::Directive::kPreempt);
  worker.Fail(training, v1::TaskFailure::PREEMPTED, "made room");
  worker.Fail(worker.AwaitStart(), v1::TaskFailure::CANCELLED, "the worker stops");
  const std::string metrics = Metrics();
  const auto count = [](const char* kind, const char* outcome) {
    return absl::StrCat("rad_task_duration_seconds_count{kind=\"", kind, "\",outcome=\"", outcome, "\"}");
  };
  EXPECT_THAT(metrics, HasSubstr(count("align", "preempted") + " 1"));
  EXPECT_THAT(metrics, HasSubstr(count("inspect", "lost") + " 1"));
  EXPECT_THAT(metrics, Not(HasSubstr("outcome=\"failed\"")));
}

TEST(RenderSnapshot, RanksThatAreKnownHaveAStragglerScore) {
  MetricsSnapshot snapshot;
  v1::StageStatus stage;
  stage.set_name("align");
  stage.add_ranks()->set_straggler_score(1.5);
  stage.add_ranks()->set_rank(1);
  snapshot.running.push_back({"job-1", stage});
  for (const prometheus::MetricFamily& family : RenderSnapshot(snapshot)) {
    if (family.name != "rad_rank_straggler_score") continue;
    ASSERT_EQ(family.metric.size(), 1u);
    EXPECT_EQ(family.metric[0].gauge.value, 1.5);
    ASSERT_EQ(family.metric[0].label.size(), 3u);
    EXPECT_EQ(family.metric[0].label[2].name, "rank");
    EXPECT_EQ(family.metric[0].label[2].value, "0");
    return;
  }
  FAIL() << "there is no such family";
}

TEST_F(MetricsTest, RefusedCheckpointsAndBackupsAreCounted) {
  FakeWorker worker(channel(), "w");
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_checkpoint()->set_quota_bytes(3);
  Submit(job);
  const v1::Task task = worker.AwaitStart();
  const std::string before = Metrics();
  EXPECT_THAT(before, HasSubstr("rad_checkpoints_refused_total 0"));
  EXPECT_THAT(before, HasSubstr("rad_chunks_damaged_total 0"));
  EXPECT_THAT(before, HasSubstr("rad_newest_backup_timestamp_seconds 0"));
  std::string artifact_id;
  EXPECT_FALSE(worker.Publish(task, v1::Manifest::CHECKPOINT, "too large", 1, &artifact_id).ok());
  grpc::ClientContext context;
  v1::Backup backup;
  ASSERT_TRUE(v1::BackupService::NewStub(channel())->CreateBackup(&context, {}, &backup).ok());
  const std::string after = Metrics();
  EXPECT_THAT(after, HasSubstr("rad_checkpoints_refused_total 1"));
  EXPECT_THAT(after, Not(HasSubstr("rad_newest_backup_timestamp_seconds 0")));
}

TEST_F(MetricsTest, APortInUseIsSaid) {
  TempFolder other;
  const std::string address = absl::StrCat("127.0.0.1:", server_->metrics_port());
  const absl::Status status =
      CoordinatorServer::Start({.data_dir = other.path(), .listen = "127.0.0.1:0", .metrics = address})
          .status();
  EXPECT_THAT(status.message(), HasSubstr(address));
  EXPECT_THAT(status.message(), HasSubstr("--metrics"));
}

TEST_F(MetricsTest, PromtoolFindsNothingToSay) {
  if (std::system("command -v promtool > /dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
  FakeWorker worker(channel(), "w");
  Submit(SampleJob());
  const v1::Task task = worker.AwaitStart();
  worker.Progress(task, TrainingProgress());
  worker.Renew({FenceFor(task)});
  const std::filesystem::path file = folder_.path() / "metrics.txt";
  std::ofstream(file) << Metrics();
  ASSERT_GT(std::filesystem::file_size(file), 1000u);
  const std::string command =
      absl::StrCat("promtool check metrics < ", file.string(), " > ", file.string(), ".out 2>&1");
  const int exit_code = std::system(command.c_str());
  std::ifstream said(file.string() + ".out");
  EXPECT_EQ(exit_code, 0) << said.rdbuf();
}

}  // namespace
}  // namespace rad
