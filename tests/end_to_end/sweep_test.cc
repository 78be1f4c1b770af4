// A sweep by real processes, its coordinator killed on the way.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "rad/v1/sweep.grpc.pb.h"
#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

constexpr std::chrono::minutes kPatience{3};

// The reference job with none and with two of its heads, one point after the other.
v1::Sweep TwoPoints() {
  v1::Sweep sweep;
  sweep.set_kind(v1::Job::SWEEP);
  sweep.mutable_metadata()->set_name("two");
  v1::SweepSpec& spec = *sweep.mutable_spec();
  *spec.mutable_template_() = ReferenceJob::Get().job().spec();
  spec.set_max_concurrent(1);
  v1::SweepAxis& axis = *spec.add_axes();
  axis.set_path("student.head_budget");
  axis.add_values()->add_words("0");
  axis.add_values()->add_words("2");
  return sweep;
}

class SweepTest : public testing::Test {
 protected:
  SweepTest() : service_(ReferenceJob::Get().NewFolder()), jobs_(service_.address()) {
    channel_ = grpc::CreateChannel(service_.address(), grpc::InsecureChannelCredentials());
    sweeps_ = v1::SweepService::NewStub(channel_);
  }

  // The sweep once `reached` holds; the coordinator may be away meanwhile.
  v1::SweepStatus Await(const std::function<bool(const v1::SweepStatus&)>& reached) {
    const auto end = std::chrono::system_clock::now() + kPatience;
    v1::SweepStatus status;
    while (std::chrono::system_clock::now() < end) {
      grpc::ClientContext context;
      context.set_wait_for_ready(true);
      context.set_deadline(end);
      v1::GetSweepRequest request;
      request.set_sweep_id("two");
      if (sweeps_->Get(&context, request, &status).ok() && reached(status)) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));  // sweeps have no stream of events
    }
    ADD_FAILURE() << "the sweep took too long: " << status.ShortDebugString();
    return status;
  }

  // Of a job that has ended: how many of its events say so.
  int TerminalEvents(const std::string& job_id) {
    const auto stub = v1::JobService::NewStub(channel_);
    grpc::ClientContext context;
    v1::WatchRequest request;
    request.set_job_id(job_id);
    const auto events = stub->Watch(&context, request);
    int terminal = 0;
    for (v1::Event event; events->Read(&event);) terminal += event.message() == "all stages done";
    return terminal;
  }

  Service service_;
  JobClient jobs_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::SweepService::Stub> sweeps_;
};

TEST_F(SweepTest, AKilledCoordinatorEndsEveryPointExactlyOnceAndAlignsOnce) {
  grpc::ClientContext context;
  v1::SubmitSweepRequest request;
  *request.mutable_sweep() = TwoPoints();
  v1::SweepStatus status;
  const grpc::Status submitted = sweeps_->Submit(&context, request, &status);
  ASSERT_TRUE(submitted.ok()) << submitted.error_message();
  service_.RestartCoordinator();  // with the first point under way
  status = Await([](const v1::SweepStatus& now) { return now.points(1).trials_size() > 0; });
  jobs_.Follow(status.points(1).trials(0).job_id(), [](const v1::JobStatus& job) {
    const v1::StageStatus* distill = StageNamed(job, "distill/top-2");
    return distill != nullptr && distill->progress().step() >= 6;
  });
  ASSERT_FALSE(HasFailure());
  service_.RestartCoordinator();  // with the second

  status = Await([](const v1::SweepStatus& now) { return now.state() == v1::SUCCEEDED; });
  EXPECT_EQ(status.align().alignments(), 1u);
  for (const v1::SweepPoint& point : status.points()) {
    ASSERT_EQ(point.trials_size(), 1);
    EXPECT_EQ(point.state(), v1::SUCCEEDED);
    EXPECT_EQ(point.trials(0).state(), v1::SUCCEEDED);
    EXPECT_EQ(TerminalEvents(point.trials(0).job_id()), 1);
  }
  const v1::StudentResult student = jobs_.Finish(status.points(1).trials(0).job_id()).students(1);
  EXPECT_EQ(student.evaluation().ShortDebugString(), ReferenceJob::Get().findings().students.at("top-2"));
}

}  // namespace
}  // namespace rad
