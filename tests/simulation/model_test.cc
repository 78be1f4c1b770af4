// The model itself: each rule is broken once, as a coordinator with a defect would break it, and is seen to
// be.
#include "tests/simulation/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kTestLease = absl::Seconds(10);

// A coordinator that says what the test wants.
class Told final : public Witness {
 public:
  bool MayWrite(const v1::Fence& fence) override { return writers.contains(fence.epoch()); }
  v1::JobStatus Job(const std::string& job_id) override {
    for (const v1::JobStatus& job : jobs) {
      if (job.job_id() == job_id) return job;
    }
    return {};
  }
  std::vector<v1::JobStatus> Jobs() override { return jobs; }
  std::vector<v1::Queue> Queues() override { return {}; }

  std::set<std::uint64_t> writers;  // epochs
  std::vector<v1::JobStatus> jobs;
};

v1::JobStatus JobIn(const std::string& id, v1::State state, const std::string& queue = "q") {
  v1::JobStatus job;
  job.set_job_id(id);
  job.set_state(state);
  job.mutable_job()->mutable_spec()->set_queue(queue);
  job.mutable_job()->mutable_spec()->mutable_resources()->mutable_workers()->set_max(2);
  if (state == v1::FAILED || state == v1::SUCCEEDED) job.set_reason("for a reason");
  return job;
}

v1::Task TaskAt(std::uint32_t attempt, std::uint32_t rank = 0, std::uint32_t world_size = 1) {
  v1::Task task;
  task.set_job_id("job-1");
  task.set_task_id("job-1.1");
  task.set_stage("align");
  task.mutable_work()->mutable_align();
  task.set_attempt(attempt);
  task.set_epoch(attempt);
  task.set_rank(rank);
  task.set_world_size(world_size);
  return task;
}

v1::Fence FenceAt(std::uint32_t attempt) {
  v1::Fence fence;
  fence.set_task_id("job-1.1");
  fence.set_attempt(attempt);
  fence.set_epoch(attempt);
  return fence;
}

class ModelTest : public ::testing::Test {
 protected:
  ModelTest() {
    told_.jobs = {JobIn("job-1", v1::RUNNING)};
    model_.CheckJobs(told_.jobs);
  }

  // One call of the coordinator in which this happens; afterwards these epochs may write.
  template <typename What>
  void Call(const std::set<std::uint64_t>& writers, What what) {
    model_.CallBegins();
    what();
    told_.writers = writers;
    model_.CallEnds(&told_);
  }
  void Start(const std::string& worker, const v1::Task& task) {
    v1::Directive directive;
    *directive.mutable_start() = task;
    model_.Sent(worker, directive);
  }
  void Stop(const std::string& worker, std::uint32_t attempt) {
    v1::Directive directive;
    *directive.mutable_stop() = FenceAt(attempt);
    model_.Sent(worker, directive);
  }
  void Finish(const std::string& worker, std::uint32_t attempt) {
    v1::TaskFinished finished;
    *finished.mutable_fence() = FenceAt(attempt);
    finished.mutable_result();
    model_.Delivered(worker, finished);
    v1::Directive directive;
    *directive.mutable_acknowledged() = FenceAt(attempt);
    model_.Sent(worker, directive);
  }
  void ExpectViolation(const std::string& text) {
    EXPECT_THAT(model_.violations(), Contains(HasSubstr(text)));
  }

  Timeline timeline_;
  Trace trace_{timeline_, false};
  Model model_{kTestLease, trace_};
  Told told_;
};

TEST_F(ModelTest, AGoodHistoryHasNoViolations) {
  Call({1}, [&] {
    Start("a", TaskAt(1, 0, 2));
    Start("b", TaskAt(1, 1, 2));
  });
  Call({}, [&] { Stop("a", 1), Stop("b", 1); });
  model_.Dropped("a", FenceAt(1));
  Call({2}, [&] { Start("a", TaskAt(2)); });
  model_.Dropped("a", FenceAt(2));
  Call({}, [&] { Finish("a", 2); });
  EXPECT_THAT(model_.violations(), IsEmpty());
}

TEST_F(ModelTest, AStartThatIsDeliveredTwiceUnderANewEpochIsSeen) {
  Call({1}, [&] { Start("a", TaskAt(1)); });
  Call({2}, [&] { Start("a", TaskAt(2)); });
  ExpectViolation("while it has");
}

TEST_F(ModelTest, TwoAttemptsThatMayWriteAreSeen) {
  Call({1}, [&] { Start("a", TaskAt(1)); });
  Call({1, 2}, [&] { Start("b", TaskAt(2)); });
  ExpectViolation("may write at once");
}

TEST_F(ModelTest, AnAttemptThatMayWriteAgainIsSeen) {
  Call({1}, [&] { Start("a", TaskAt(1)); });
  Call({}, [&] { Stop("a", 1); });
  for (int i = 0; i < 64; ++i) Call({1}, [] {});
  ExpectViolation("may write again");
}

TEST_F(ModelTest, AStaleWriteIsSeen) {
  Call({1}, [&] { Start("a", TaskAt(1)); });
  Call({1}, [&] { model_.Wrote(FenceAt(1)); });
  EXPECT_THAT(model_.violations(), IsEmpty());
  Call({}, [&] { Stop("a", 1); });
  Call({}, [&] { model_.Wrote(FenceAt(1)); });
  ExpectViolation("was taken, which may not write");
}

TEST_F(ModelTest, AnEpochThatDoesNotGrowIsSeen) {
  Call({2}, [&] { Start("a", TaskAt(2)); });
  Call({}, [&] { Stop("a", 2); });
  Call({1}, [&] { Start("b", TaskAt(1)); });
  ExpectViolation("starts after task job-1.1 attempt 2");
}

TEST_F(ModelTest, TwoResultsOfATaskAreSeen) {
  Call({1}, [&] { Start("a", TaskAt(1)); });
  Call({}, [&] { Finish("a", 1); });
  Call({2}, [&] { Start("b", TaskAt(2)); });
  ExpectViolation("starts after the task's result was taken");
  Call({}, [&] { Finish("b", 2); });
  ExpectViolation("two results");
}

TEST_F(ModelTest, AGangThatIsNotWholeIsSeen) {
  Call({1}, [&] { Start("a", TaskAt(1, 0, 2)); });
  ExpectViolation("of which 1 start");
}

TEST_F(ModelTest, TwoRanksOnOneWorkerAreSeen) {
  Call({1}, [&] {
    Start("a", TaskAt(1, 0, 2));
    Start("a", TaskAt(1, 1, 2));
  });
  ExpectViolation("two ranks on worker a");
}

TEST_F(ModelTest, AGangBeyondItsRangeIsSeen) {
  Call({1}, [&] {
    for (std::uint32_t rank = 0; rank < 3; ++rank) Start(absl::StrCat("worker-", rank), TaskAt(1, rank, 3));
  });
  ExpectViolation("3 workers of at most 2");
}

TEST_F(ModelTest, AQuotaThatIsExceededIsSeen) {
  v1::Queue queue;
  queue.set_name("q");
  queue.set_quota(1);
  queue.set_borrow(false);
  model_.PutQueue(queue);
  Call({1}, [&] {
    Start("a", TaskAt(1, 0, 2));
    Start("b", TaskAt(1, 1, 2));
  });
  ExpectViolation("2 workers of a quota of 1");
}

TEST_F(ModelTest, LendingWhatAnotherQueueWaitsForIsSeen) {
  v1::Queue queue;
  queue.set_name("other");
  queue.set_quota(1);
  model_.PutQueue(queue);
  told_.jobs.push_back(JobIn("job-2", v1::PENDING, "other"));
  told_.jobs.back().set_pending(v1::BEHIND_OTHERS);
  Call({1}, [&] { Start("a", TaskAt(1)); });
  ExpectViolation("queue q is lent a worker while job-2");
}

TEST_F(ModelTest, WorkBeyondTheLeaseIsSeen) {
  Call({1}, [&] { Start("a", TaskAt(1)); });
  model_.Heard("a", absl::Seconds(100));
  model_.Works("a", FenceAt(1));
  model_.CheckLeases(absl::Seconds(110));
  EXPECT_THAT(model_.violations(), IsEmpty());
  model_.CheckLeases(absl::Seconds(110.1));
  ExpectViolation("beyond its lease");
}

TEST_F(ModelTest, AnEndThatChangesIsSeen) {
  model_.CheckJobs({JobIn("job-1", v1::FAILED)});
  model_.CheckJobs({JobIn("job-1", v1::RUNNING)});
  ExpectViolation("ended as FAILED, and is now RUNNING");
}

TEST_F(ModelTest, AFailureForNoReasonIsSeen) {
  v1::JobStatus job = JobIn("job-1", v1::FAILED);
  job.clear_reason();
  model_.CheckJobs({job});
  ExpectViolation("FAILED for no reason");
}

TEST_F(ModelTest, ASuccessWithoutItsResultsIsSeen) {
  v1::JobStatus job = JobIn("job-1", v1::SUCCEEDED);
  v1::StageStatus& stage = *job.add_stages();
  stage.set_name("align");
  stage.set_state(v1::SUCCEEDED);
  stage.set_tasks_total(1);
  stage.set_tasks_done(1);
  model_.CheckJobs({job});
  ExpectViolation("0 of its 1 results were reported");
}

TEST_F(ModelTest, AJobThatIsLostIsSeen) {
  model_.Submitted(JobIn("job-7", v1::PENDING));
  model_.Restarted(told_);
  ExpectViolation("job-7, acknowledged, is lost");
}

TEST_F(ModelTest, ACancelThatIsForgottenIsSeen) {
  model_.Cancelled("job-1");
  model_.CheckJobs({JobIn("job-1", v1::RUNNING)});
  ExpectViolation("was cancelled, and is RUNNING");
}

TEST_F(ModelTest, AJobThatDoesNotEndIsSeen) {
  model_.CheckEnd({JobIn("job-1", v1::RUNNING)});
  ExpectViolation("has not ended");
}

TEST_F(ModelTest, AJobThatIsMadeTwiceIsSeen) {
  v1::JobStatus one = JobIn("job-1", v1::FAILED), other = JobIn("job-2", v1::FAILED);
  for (v1::JobStatus* job : {&one, &other}) job->mutable_job()->mutable_metadata()->set_name("same");
  model_.Submitted(one);
  model_.CheckEnd({other, one});
  ExpectViolation("was submitted once");
}

TEST_F(ModelTest, AnEventNumberThatComesTwiceIsSeen) {
  v1::Event event;
  event.set_sequence(3);
  *event.mutable_status() = JobIn("job-1", v1::FAILED);
  model_.CheckEvents("job-1", {event});
  model_.CheckEvents("job-2", {event});
  ExpectViolation("event 3 of job-2");
}

}  // namespace
}  // namespace rad
