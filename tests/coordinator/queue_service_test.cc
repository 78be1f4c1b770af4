// Queues, drained workers, preemption and run times, over real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/service_fixture.h"

namespace rad {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class QueueServiceTest : public ServiceTest {
 protected:
  grpc::Status Put(const std::string& name, std::uint32_t quota, bool borrow) {
    grpc::ClientContext context;
    v1::Queue queue, response;
    queue.set_name(name);
    queue.set_quota(quota);
    queue.set_borrow(borrow);
    return jobs_->PutQueue(&context, queue, &response);
  }

  grpc::Status Delete(const std::string& name) {
    grpc::ClientContext context;
    v1::DeleteQueueRequest request;
    request.set_name(name);
    v1::DeleteQueueResponse response;
    return jobs_->DeleteQueue(&context, request, &response);
  }

  v1::Queue QueueNamed(const std::string& name) {
    grpc::ClientContext context;
    v1::ListQueuesResponse queues;
    EXPECT_TRUE(jobs_->ListQueues(&context, {}, &queues).ok());
    for (const v1::Queue& queue : queues.queues()) {
      if (queue.name() == name) return queue;
    }
    return {};
  }

  v1::Explanation Explain(const std::string& job) {
    grpc::ClientContext context;
    v1::GetRequest request;
    request.set_job_id(job);
    v1::Explanation explanation;
    const grpc::Status status = jobs_->Explain(&context, request, &explanation);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return explanation;
  }

  grpc::Status Drain(const std::string& worker, bool undrain, v1::WorkerStatus* response) {
    grpc::ClientContext context;
    v1::DrainWorkerRequest request;
    request.set_worker(worker);
    request.set_undrain(undrain);
    return jobs_->DrainWorker(&context, request, response);
  }

  static v1::Job Ablation(const std::string& queue, std::int32_t priority) {
    v1::Job job = SampleAblation();
    job.mutable_spec()->set_queue(queue);
    job.mutable_spec()->set_priority(priority);
    job.mutable_spec()->mutable_probe()->set_seed(100 + priority);  // of which nothing is known
    return job;
  }
};

TEST_F(QueueServiceTest, QueuesOutliveARestart) {
  ASSERT_TRUE(Put("research", 3, false).ok());
  Restart();
  const v1::Queue queue = QueueNamed("research");
  EXPECT_EQ(queue.quota(), 3u);
  EXPECT_FALSE(queue.borrow());
  EXPECT_TRUE(QueueNamed("default").borrow());
  ASSERT_TRUE(Delete("research").ok());
  Restart();
  EXPECT_EQ(QueueNamed("research").name(), "");
}

TEST_F(QueueServiceTest, AQueueInUseAndTheDefaultOneStay) {
  ASSERT_TRUE(Put("research", 3, true).ok());
  const std::string id = Submit(Ablation("research", 0)).job_id();
  EXPECT_EQ(QueueNamed("research").waiting_jobs(), 1u);
  const grpc::Status used = Delete("research");
  EXPECT_EQ(used.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(used.error_message(), HasSubstr(id));
  EXPECT_EQ(Delete("default").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Delete("unheard-of").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(QueueServiceTest, AJobForAQueueThatIsNotThereIsRefused) {
  v1::JobStatus status;
  const grpc::Status refused = TrySubmit(Ablation("reserch", 2000), "", &status);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(),
              AllOf(HasSubstr("spec.queue is \"reserch\""), HasSubstr("spec.priority is 2000")));
  EXPECT_EQ(Put("no good", 1, true).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(QueueServiceTest, AJobWaitsForItsQueuesQuotaAndIsToldSo) {
  ASSERT_TRUE(Put("small", 1, false).ok());
  FakeWorker a(channel(), "a"), b(channel(), "b");
  const std::string first = Submit(Ablation("small", 0)).job_id(),
                    second = Submit(Ablation("small", 1)).job_id();
  EXPECT_EQ(Get(first).state(), v1::RUNNING);
  EXPECT_EQ(Get(second).pending(), v1::QUEUE_QUOTA);
  EXPECT_EQ(QueueNamed("small").held(), 1u);
  const v1::Explanation why = Explain(second);
  EXPECT_EQ(why.reason(), v1::QUEUE_QUOTA);
  EXPECT_EQ(why.queue(), "small");
  EXPECT_EQ(why.position(), 1u);
  EXPECT_THAT(why.blockers(), ElementsAre(first));
  EXPECT_EQ(Explain(first).position(), 0u);
  ASSERT_TRUE(Put("small", 2, false).ok());
  EXPECT_EQ(Get(second).state(), v1::RUNNING);
}

TEST_F(QueueServiceTest, TheHigherPriorityStartsFirst) {
  const std::string low = Submit(Ablation("default", 0)).job_id();
  const std::string high = Submit(Ablation("default", 7)).job_id();
  EXPECT_EQ(Explain(low).reason(), v1::NO_WORKER);
  FakeWorker worker(channel(), "w");
  EXPECT_EQ(worker.AwaitStart().job_id(), high);
  EXPECT_THAT(Explain(low).blockers(), ElementsAre(high));
}

TEST_F(QueueServiceTest, JobsGoToWorkersThatHaveTheLabelsTheyAskFor) {
  FakeWorker plain(channel(), "plain");
  v1::Job job = SampleAblation();
  (*job.mutable_spec()->mutable_resources()->mutable_worker_labels())["zone"] = "a";
  const std::string id = Submit(job).job_id();
  EXPECT_EQ(Get(id).pending(), v1::NO_FIT);
  FakeWorker labelled(channel(), "labelled", {{"zone", "a"}});
  EXPECT_EQ(labelled.AwaitStart().job_id(), id);
}

TEST_F(QueueServiceTest, ADrainedWorkerFinishesAndGetsNothingMoreAlsoAfterARestart) {
  auto drained = std::make_unique<FakeWorker>(channel(), "drained");
  const std::string id = Submit(SampleAblation()).job_id();
  const v1::Task task = drained->AwaitStart();
  v1::WorkerStatus status;
  ASSERT_TRUE(Drain("drained", false, &status).ok());
  EXPECT_TRUE(status.draining());
  EXPECT_EQ(status.state(), "busy");
  drained->Finish(task, drained->Answer(task));
  EXPECT_EQ(Get(id).pending(), v1::NO_WORKER);
  EXPECT_THAT(Get(id).reason(), HasSubstr("draining"));
  Restart();
  drained = std::make_unique<FakeWorker>(channel(), "drained");
  EXPECT_EQ(Explain(id).reason(), v1::NO_WORKER);
  ASSERT_TRUE(Drain("drained", true, &status).ok());
  EXPECT_FALSE(status.draining());
  EXPECT_EQ(drained->AwaitStart().job_id(), id);
  EXPECT_EQ(Drain("nobody", false, &status).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(QueueServiceTest, OneOfSeveralWorkersOfANameIsDrainedByItsId) {
  FakeWorker a(channel(), "a"), b(channel(), "b");
  v1::WorkerStatus status;
  ASSERT_TRUE(Drain(a.id(), false, &status).ok());
  Submit(SampleAblation());
  b.AwaitStart();
  ASSERT_TRUE(Drain("a", true, &status).ok()) << "its name stands for it, too";
  Submit(SampleAblation());
  a.AwaitStart();
  ASSERT_TRUE(Drain("a", false, &status).ok());
  EXPECT_EQ(Drain(a.id(), true, &status).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(QueueServiceTest, TrainingMakesRoomForAHigherPriorityAndGoesOnAfterIt) {
  FakeWorker worker(channel(), "w");
  const std::string patient = Submit(SampleJob()).job_id();
  const v1::Task training = StartAlignment(worker);
  const std::string urgent = Submit(Ablation("default", 5)).job_id();
  EXPECT_EQ(worker.Await(v1::Directive::kPreempt).preempt().epoch(), training.epoch());
  EXPECT_EQ(Get(urgent).pending(), v1::BEHIND_OTHERS);
  worker.Fail(training, v1::TaskFailure::PREEMPTED, "made room at step 7 of 20");
  v1::Task task = worker.AwaitStart();
  for (; task.job_id() == urgent; task = worker.AwaitStart()) worker.Finish(task, worker.Answer(task));
  EXPECT_EQ(task.task_id(), training.task_id());
  EXPECT_EQ(task.attempt(), 2u);
  EXPECT_EQ(Stage(Get(patient), "align").restarts(), 0u);
  worker.Finish(task, worker.Answer(task));
  EXPECT_THAT(Work(worker, patient), ::testing::Contains("distill/top-2"));
  std::string told;
  for (const v1::Event& event : Events(patient)) told += event.message() + "\n";
  EXPECT_THAT(told, HasSubstr("made room for job-2 of priority 5 (its own is 0); made room at step 7 of 20"));
}

TEST_F(QueueServiceTest, TrainingThatDoesNotLeaveInTimeIsStopped) {
  FakeWorker worker(channel(), "w");
  const std::string patient = Submit(SampleJob()).job_id();
  const v1::Task training = StartAlignment(worker);
  Submit(Ablation("default", 5));
  worker.Await(v1::Directive::kPreempt);
  for (int i = 0; i < 6; ++i) {
    Advance(absl::Seconds(9));
    worker.Renew({FenceFor(training)});
  }
  Advance(absl::Seconds(7));
  EXPECT_EQ(worker.Await(v1::Directive::kStop).stop().epoch(), training.epoch());
  EXPECT_EQ(Stage(Get(patient), "align").state(), v1::RUNNING) << "the stage goes on when its turn comes";
  EXPECT_EQ(Stage(Get(patient), "align").restarts(), 0u);
  worker.Fail(training, v1::TaskFailure::CANCELLED, "stopped");
  EXPECT_EQ(worker.AwaitStart().job_id(), "job-2");
}

TEST_F(QueueServiceTest, ALenderTakesItsWorkersBack) {
  FakeWorker worker(channel(), "w");
  Submit(SampleJob());
  const v1::Task training = StartAlignment(worker);
  ASSERT_TRUE(Put("owner", 1, true).ok());
  const std::string owned = Submit(Ablation("owner", -3)).job_id();
  worker.Await(v1::Directive::kPreempt);
  worker.Fail(training, v1::TaskFailure::PREEMPTED, "made room");
  EXPECT_EQ(worker.AwaitStart().job_id(), owned);
}

TEST_F(QueueServiceTest, AJobWhoseTasksRunTooLongFailsAndCountsEveryAttempt) {
  FakeWorker worker(channel(), "w");
  v1::Job job = SampleAblation();
  job.mutable_spec()->mutable_failure()->set_max_run_seconds(10);
  const std::string id = Submit(job).job_id();
  const v1::Task first = worker.AwaitStart();
  Advance(absl::Seconds(6));
  worker.Fail(first, v1::TaskFailure::FAILED, "disk full");
  Advance(absl::Seconds(8));  // backing off is not running
  const v1::Task second = worker.AwaitStart();
  worker.Renew({FenceFor(second)});
  Advance(absl::Seconds(4));
  EXPECT_EQ(Get(id).state(), v1::RUNNING);
  Advance(absl::Seconds(1));
  worker.Await(v1::Directive::kStop);
  EXPECT_EQ(Get(id).state(), v1::FAILED);
  EXPECT_THAT(Get(id).reason(), HasSubstr("have run for 11 seconds: spec.failure.max_run_seconds is 10"));
}

}  // namespace
}  // namespace rad
