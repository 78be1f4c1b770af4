#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using JobServiceTest = ServiceTest;

TEST_F(JobServiceTest, ADistillationFlowsThroughEveryStage) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleJob()).job_id();
  EXPECT_THAT(Work(worker, id),
              ElementsAre("inspect", "rank", "align", "distill/top-2", "distill/no-heads", "distill/random-2",
                          "evaluate/teacher", "evaluate/top-2", "evaluate/no-heads", "evaluate/random-2",
                          "export/top-2", "roles"));
  const v1::JobStatus status = Get(id);
  EXPECT_EQ(status.state(), v1::SUCCEEDED) << status.reason();
  ASSERT_EQ(status.students_size(), 4);
  EXPECT_EQ(status.students(0).name(), "teacher");
  EXPECT_EQ(status.students(1).name(), "top-2");
  ASSERT_EQ(status.students(1).kept_size(), 2);
  EXPECT_EQ(status.students(1).kept(0).head(), 3u);
  EXPECT_DOUBLE_EQ(status.students(1).coverage(), 0.99);
  EXPECT_EQ(status.students(1).align_tokens(), 20'000u);
  EXPECT_FALSE(status.students(1).export_artifact_id().empty());
  EXPECT_EQ(Stage(status, "align").state(), v1::SUCCEEDED);
  EXPECT_DOUBLE_EQ(Stage(status, "align").seconds(), 1.5);
}

TEST_F(JobServiceTest, TheSameJobTwiceComputesNothingTheSecondTime) {
  FakeWorker worker(channel(), "w");
  Work(worker, Submit(SampleJob()).job_id());
  const std::string second = Submit(SampleJob()).job_id();
  EXPECT_THAT(Work(worker, second), ElementsAre("inspect"));
  const v1::JobStatus status = Get(second);
  EXPECT_EQ(status.state(), v1::SUCCEEDED);
  EXPECT_THAT(status.reason(), HasSubstr("nothing computed"));
  for (const v1::StageStatus& stage : status.stages()) {
    if (stage.name() == "inspect" || stage.name() == "select") continue;
    EXPECT_TRUE(stage.reused()) << stage.name();
    EXPECT_EQ(stage.tasks_total(), 0u) << stage.name();
  }
  EXPECT_EQ(status.students(1).artifact_id(), Get("job-1").students(1).artifact_id());
}

TEST_F(JobServiceTest, TwoEqualJobsAtOnceComputeOnce) {
  FakeWorker busy(channel(), "busy"), idle(channel(), "idle");
  const std::string first = Submit(SampleJob()).job_id(), second = Submit(SampleJob()).job_id();
  const v1::Task inspect = idle.AwaitStart();
  ASSERT_EQ(inspect.job_id(), second);
  const v1::Task other_inspect = busy.AwaitStart();
  busy.Finish(other_inspect, busy.Answer(other_inspect));
  const v1::Task base = busy.AwaitStart();
  idle.Finish(inspect, idle.Answer(inspect));
  EXPECT_EQ(Get(second).pending(), v1::DEPENDENCY);
  busy.Finish(base, busy.Answer(base));
  for (v1::Task task = busy.AwaitStart(); task.stage() == "rank"; task = busy.AwaitStart()) {
    EXPECT_EQ(task.job_id(), first);
    busy.Finish(task, busy.Answer(task));
  }
  // Both workers are busy with the first job; the second's scores are known all the same.
  EXPECT_EQ(idle.AwaitStart().job_id(), first);
  EXPECT_EQ(Stage(Get(second), "rank").state(), v1::SUCCEEDED);
  EXPECT_TRUE(Stage(Get(second), "rank").reused());
  EXPECT_FALSE(Stage(Get(first), "rank").reused());
}

TEST_F(JobServiceTest, SubmitIsIdempotentByRequestId) {
  const v1::JobStatus first = Submit(SampleJob(), "request-1");
  EXPECT_EQ(Submit(SampleJob(), "request-1").job_id(), first.job_id());
  EXPECT_NE(Submit(SampleJob(), "request-2").job_id(), first.job_id());
  Restart();
  EXPECT_EQ(Submit(SampleJob(), "request-1").job_id(), first.job_id());
  v1::JobStatus status;
  const grpc::Status other = TrySubmit(SampleAblation(), "request-1", &status);
  EXPECT_EQ(other.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(other.error_message(), HasSubstr(first.job_id()));
}

TEST_F(JobServiceTest, ABadSpecStartsNothing) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_probe()->set_pairs(0);
  job.mutable_spec()->mutable_student()->set_state_dim(0);
  v1::JobStatus status;
  const grpc::Status result = TrySubmit(job, "", &status);
  EXPECT_EQ(result.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(result.error_message(), HasSubstr("spec.probe.pairs"));
  EXPECT_THAT(result.error_message(), HasSubstr("spec.student.state_dim"));
  EXPECT_FALSE(result.error_details().empty());
  grpc::ClientContext context;
  v1::ListResponse list;
  ASSERT_TRUE(jobs_->List(&context, {}, &list).ok());
  EXPECT_EQ(list.jobs_size(), 0);
}

TEST_F(JobServiceTest, CancellingStopsTheTaskAndFreesTheWorker) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleJob()).job_id();
  const v1::Task task = worker.AwaitStart();
  v1::JobStatus status;
  ASSERT_TRUE(TryCancel(id, "", &status).ok());
  EXPECT_EQ(status.state(), v1::CANCELLED);
  EXPECT_EQ(worker.Await(v1::Directive::kStop).stop().task_id(), task.task_id());
  const std::string next = Submit(SampleAblation()).job_id();
  worker.Fail(task, v1::TaskFailure::CANCELLED, "stopped");
  EXPECT_EQ(worker.AwaitStart().job_id(), next);
  EXPECT_TRUE(TryCancel(id, "", &status).ok());
}

TEST_F(JobServiceTest, ACancellationSentAgainSparesLaterJobsOfTheName) {
  Submit(SampleAblation());
  v1::JobStatus status;
  ASSERT_TRUE(TryCancel("ablation", "request-1", &status).ok());
  EXPECT_EQ(status.job_id(), "job-1");
  EXPECT_EQ(status.state(), v1::CANCELLED);
  Submit(SampleAblation());
  for (int life = 0; life < 2; ++life, Restart()) {
    ASSERT_TRUE(TryCancel("ablation", "request-1", &status).ok());
    EXPECT_EQ(status.job_id(), "job-1");
    EXPECT_EQ(Get("job-2").state(), v1::PENDING);
  }
  ASSERT_TRUE(TryCancel("ablation", "request-2", &status).ok());
  EXPECT_EQ(status.job_id(), "job-2");
  EXPECT_EQ(status.state(), v1::CANCELLED);
}

TEST_F(JobServiceTest, ACancellationOfAJobCancelledAlreadyIsRememberedToo) {
  Submit(SampleAblation());
  v1::JobStatus status;
  ASSERT_TRUE(TryCancel("ablation", "", &status).ok());
  ASSERT_TRUE(TryCancel("ablation", "request-1", &status).ok());
  Submit(SampleAblation());
  ASSERT_TRUE(TryCancel("ablation", "request-1", &status).ok());
  EXPECT_EQ(status.job_id(), "job-1");
  EXPECT_EQ(Get("job-2").state(), v1::PENDING);
}

TEST_F(JobServiceTest, ARequestIdNamesOneRequestOfWhateverKind) {
  Submit(SampleAblation(), "request-1");
  Submit(SampleAblation());
  v1::JobStatus status;
  ASSERT_TRUE(TryCancel("job-1", "request-2", &status).ok());
  const auto refused = [&](const std::string& job, const std::string& request_id) {
    const grpc::Status result = TryCancel(job, request_id, &status);
    EXPECT_EQ(result.error_code(), grpc::StatusCode::ALREADY_EXISTS) << job << " " << request_id;
    EXPECT_THAT(result.error_message(), HasSubstr(absl::StrCat("\"", request_id, "\" was used")));
    EXPECT_THAT(result.error_message(), HasSubstr("job-1"));
  };
  refused("job-2", "request-1");
  refused("job-2", "request-2");
  EXPECT_EQ(Get("job-2").state(), v1::PENDING);
  EXPECT_EQ(TrySubmit(SampleAblation(), "request-2", &status).error_code(), grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(JobServiceTest, ARequestIdIsBounded) {
  Submit(SampleAblation());
  v1::JobStatus status;
  for (const grpc::Status& result : {TryCancel("job-1", std::string(201, 'x'), &status),
                                     TrySubmit(SampleAblation(), std::string(201, 'x'), &status)}) {
    EXPECT_EQ(result.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(result.error_message(), HasSubstr("request_id is 201 bytes long; give at most 200"));
  }
  EXPECT_EQ(Get("job-1").state(), v1::PENDING);
}

TEST_F(JobServiceTest, AnEndedJobCannotBeCancelled) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleAblation()).job_id();
  Work(worker, id);
  v1::JobStatus status;
  EXPECT_EQ(TryCancel(id, "", &status).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(JobServiceTest, JobsAreFoundByIdPrefixAndName) {
  v1::Job job = SampleAblation();
  Submit(job);
  job.mutable_metadata()->set_name("other");
  Submit(job);
  EXPECT_EQ(Get("job-2").job_id(), "job-2");
  EXPECT_EQ(Get("ablation").job_id(), "job-1");
  EXPECT_EQ(Get("other").job_id(), "job-2");
  const auto code_of = [&](const std::string& name) {
    grpc::ClientContext context;
    v1::GetRequest request;
    request.set_job_id(name);
    v1::JobStatus status;
    return jobs_->Get(&context, request, &status).error_code();
  };
  EXPECT_EQ(code_of("job-"), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code_of("absent"), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(code_of(""), grpc::StatusCode::NOT_FOUND);
}

TEST_F(JobServiceTest, ListPagesNewestFirstAndFilters) {
  v1::Job job = SampleAblation();
  for (int i = 1; i <= 5; ++i) {
    (*job.mutable_metadata()->mutable_labels())["parity"] = i % 2 ? "odd" : "even";
    Submit(job);
  }
  v1::ListRequest request;
  request.set_page_size(2);
  std::vector<std::string> ids;
  do {
    grpc::ClientContext context;
    v1::ListResponse page;
    ASSERT_TRUE(jobs_->List(&context, request, &page).ok());
    EXPECT_LE(page.jobs_size(), 2);
    for (const v1::JobStatus& status : page.jobs()) ids.push_back(status.job_id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, ElementsAre("job-5", "job-4", "job-3", "job-2", "job-1"));

  v1::ListRequest filtered;
  (*filtered.mutable_labels())["parity"] = "even";
  grpc::ClientContext context;
  v1::ListResponse page;
  ASSERT_TRUE(jobs_->List(&context, filtered, &page).ok());
  EXPECT_EQ(page.jobs_size(), 2);
  filtered.set_page_token("x");
  grpc::ClientContext bad;
  EXPECT_EQ(jobs_->List(&bad, filtered, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(JobServiceTest, WatchResumesAfterASequenceNumber) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleAblation()).job_id();
  Work(worker, id);
  const std::vector<v1::Event> all = Events(id);
  ASSERT_GE(all.size(), 4u);
  EXPECT_EQ(all.front().message(), "submitted");
  EXPECT_EQ(all.back().status().state(), v1::SUCCEEDED);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GT(all[i].sequence(), all[i - 1].sequence());

  Restart();
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job_id(id);
  request.set_after_sequence(all[1].sequence());
  auto reader = jobs_->Watch(&context, request);
  v1::Event event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.sequence(), all[2].sequence());
}

TEST_F(JobServiceTest, AnEndedJobKeepsItsLastEventsAndAWatchIsToldOfTheOthers) {
  v1::Job job = SampleAblation();
  job.mutable_spec()->mutable_failure()->set_max_restarts(30);
  const std::string id = Submit(job).job_id();
  for (int failures = 0; failures < 31; ++failures) {
    FakeWorker worker(channel(), "w");
    const v1::Task task = worker.AwaitStart();
    ASSERT_FALSE(HasFailure());
    worker.Fail(task, v1::TaskFailure::CRASHED, "killed");
    worker.Leave();
    Advance(absl::Seconds(31));  // the longest back-off
  }
  ASSERT_EQ(Get(id).state(), v1::FAILED);
  const std::vector<v1::Event> kept = Events(id);
  ASSERT_EQ(kept.size(), 34u);  // the last 32, those of the end, and in place of the others one
  EXPECT_THAT(kept[0].message(),
              AllOf(HasSubstr("were dropped"), HasSubstr(absl::StrCat(kept[0].sequence()))));
  EXPECT_EQ(kept.back().status().state(), v1::FAILED);
  const std::uint64_t early = kept[0].sequence() - 1;
  for (const std::uint64_t after : {early, kept[0].sequence(), kept[10].sequence()}) {
    grpc::ClientContext context;
    v1::WatchRequest request;
    request.set_job_id(id);
    request.set_after_sequence(after);
    auto reader = jobs_->Watch(&context, request);
    v1::Event event;
    ASSERT_TRUE(reader->Read(&event));
    EXPECT_EQ(event.message().find("were dropped") != std::string::npos, after == early) << after;
    EXPECT_GT(event.sequence(), after);
    context.TryCancel();
  }
}

TEST_F(JobServiceTest, WatchShowsProgressAsItComes) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleAblation()).job_id();
  const v1::Task task = worker.AwaitStart();
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job_id(id);
  auto reader = jobs_->Watch(&context, request);
  v1::Progress progress;
  progress.set_phase("loading teacher");
  progress.set_done(3);
  progress.set_total(4);
  clock_.Advance(absl::Seconds(1));
  worker.Progress(task, progress);
  v1::Event event;
  while (reader->Read(&event) && Stage(event.status(), "inspect").progress().done() == 0) continue;
  EXPECT_EQ(Stage(event.status(), "inspect").progress().phase(), "loading teacher");
  EXPECT_EQ(Stage(event.status(), "inspect").worker(), "w");
  context.TryCancel();
}

TEST_F(JobServiceTest, ScoresAreTheRanking) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleAblation()).job_id();
  v1::ScoresRequest request;
  request.set_job_id(id);
  v1::Ranked ranked;
  grpc::ClientContext early;
  EXPECT_EQ(jobs_->Scores(&early, request, &ranked).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  Work(worker, id);
  Restart();
  grpc::ClientContext context;
  ASSERT_TRUE(jobs_->Scores(&context, request, &ranked).ok());
  ASSERT_EQ(ranked.rows_size(), 8);
  EXPECT_EQ(ranked.teacher_accuracy(), 1);
  EXPECT_EQ(ranked.rows(0).head().layer(), 1u);
  EXPECT_EQ(ranked.rows(0).head().head(), 2u);
  EXPECT_EQ(ranked.rows(0).rank(), 1u);
  EXPECT_EQ(ranked.rows(0).accuracy_drop(), 1);
  EXPECT_GT(ranked.rows(0).accuracy_drop_low(), 0.4);
  EXPECT_EQ(ranked.rows(1).head().head(), 3u);
  EXPECT_EQ(ranked.rows(0).role().role(), v1::HeadRole::GATHER);
  EXPECT_FALSE(ranked.rows(5).has_role());  // the top 5 have one
  EXPECT_EQ(ranked.origin().precision(), v1::FLOAT32);
}

TEST_F(JobServiceTest, AJobThatIsToldItsHeadsHasNoScores) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_student()->clear_head_budget();
  job.mutable_spec()->mutable_student()->add_heads("1.2");
  v1::ScoresRequest request;
  request.set_job_id(Submit(job).job_id());
  v1::Ranked ranked;
  grpc::ClientContext context;
  const grpc::Status status = jobs_->Scores(&context, request, &ranked);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("has no ranking: none of its students needs one"));
}

TEST_F(JobServiceTest, LogsCanBeCutToTheTailAndFiltered) {
  FakeWorker worker(channel(), "w");
  const std::string id = Submit(SampleAblation()).job_id();
  const v1::Task task = worker.AwaitStart();
  worker.LogLines(task, {"one", "two", "three"});
  worker.Finish(task, worker.Answer(task));
  const auto read = [&](std::uint32_t tail, const std::string& stage) {
    grpc::ClientContext context;
    v1::LogsRequest request;
    request.set_job_id(id);
    request.set_tail(tail);
    request.set_stage(stage);
    auto reader = jobs_->Logs(&context, request);
    std::vector<std::string> lines;
    v1::LogLine line;
    while (reader->Read(&line)) lines.push_back(line.text());
    EXPECT_TRUE(reader->Finish().ok());
    return lines;
  };
  EXPECT_THAT(read(0, ""), ElementsAre("one", "two", "three"));
  EXPECT_THAT(read(2, ""), ElementsAre("two", "three"));
  EXPECT_THAT(read(0, "inspect"), ElementsAre("one", "two", "three"));
  EXPECT_THAT(read(0, "rank"), ElementsAre());
}

TEST_F(JobServiceTest, PlanSaysWhatIsKnownAndChangesNothing) {
  v1::PlanRequest request;
  *request.mutable_job() = SampleJob();
  v1::PlanResponse plan;
  grpc::ClientContext before;
  ASSERT_TRUE(jobs_->Plan(&before, request, &plan).ok());
  EXPECT_EQ(plan.stages_size(), 13);
  EXPECT_FALSE(plan.starts_now());
  EXPECT_THAT(plan.reason(), HasSubstr("no worker"));
  for (const auto& stage : plan.stages()) EXPECT_FALSE(stage.known());

  FakeWorker worker(channel(), "w");
  Work(worker, Submit(SampleJob()).job_id());
  request.mutable_job()->mutable_spec()->mutable_distill()->set_tokens(99'999);
  grpc::ClientContext after;
  ASSERT_TRUE(jobs_->Plan(&after, request, &plan).ok());
  EXPECT_TRUE(plan.starts_now());
  std::vector<std::string> known;
  for (const auto& stage : plan.stages()) {
    if (stage.known()) known.push_back(stage.name());
  }
  EXPECT_THAT(known, ElementsAre("rank", "select", "align", "evaluate/teacher", "roles"));
  grpc::ClientContext list_context;
  v1::ListResponse list;
  ASSERT_TRUE(jobs_->List(&list_context, {}, &list).ok());
  EXPECT_EQ(list.jobs_size(), 1);
}

TEST_F(JobServiceTest, AWaitingJobSaysWhy) {
  const std::string id = Submit(SampleAblation()).job_id();
  EXPECT_EQ(Get(id).pending(), v1::NO_WORKER);
  EXPECT_THAT(Get(id).reason(), HasSubstr("start rad-worker"));
  FakeWorker worker(channel(), "w");
  worker.AwaitStart();
  const std::string second = Submit(SampleAblation()).job_id();
  EXPECT_EQ(Get(second).pending(), v1::BEHIND_OTHERS);
}

TEST_F(JobServiceTest, TellsItsVersion) {
  grpc::ClientContext context;
  v1::VersionResponse version;
  ASSERT_TRUE(jobs_->Version(&context, {}, &version).ok());
  EXPECT_FALSE(version.version().empty());
  EXPECT_GT(version.protocol_version(), 0u);
}

}  // namespace
}  // namespace rad
