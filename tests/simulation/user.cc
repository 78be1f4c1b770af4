#include "tests/simulation/user.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

bool ComesAgain(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace

template <typename Answer>
void User::Ask(std::function<absl::StatusOr<Answer>(Coordinator&, const RequestMark&)> request,
               std::function<void(const Answer&)> answered) {
  ++waiting_;
  const std::string id = absl::StrCat("request-", ++requests_);
  Try<Answer>({.id = id, .sha256 = absl::StrCat("digest of ", id)}, std::move(request), std::move(answered));
}

template <typename Answer>
void User::Try(RequestMark mark,
               std::function<absl::StatusOr<Answer>(Coordinator&, const RequestMark&)> request,
               std::function<void(const Answer&)> answered) {
  wire_.Call<Answer>(
      [mark, request](Coordinator& coordinator, ArtifactServiceImpl&) { return request(coordinator, mark); },
      [this, mark, request, answered](const absl::StatusOr<Answer>& answer) {
        if (ComesAgain(answer.status())) {
          world_.trace.Count("requests sent again");
          world_.timeline.After(world_.dice.Within(absl::Seconds(1), absl::Seconds(4)),
                                [this, mark, request, answered] { Try<Answer>(mark, request, answered); });
          return;
        }
        --waiting_;
        if (answer.ok()) answered(*answer);
      });
}

void User::Submit(const v1::Job& job) {
  Ask<v1::JobStatus>(
      [job](Coordinator& coordinator, const RequestMark& mark) { return coordinator.Submit(mark, job); },
      [this](const v1::JobStatus& status) {
        world_.trace.Tell(absl::StrCat(status.job().metadata().name(), " is ", status.job_id()));
        world_.model.Submitted(status);
        jobs_.push_back(status.job_id());
      });
}

void User::SubmitSweep(const v1::Sweep& sweep) {
  Ask<v1::SweepStatus>([sweep](Coordinator& coordinator,
                               const RequestMark& mark) { return coordinator.SubmitSweep(mark, sweep); },
                       [this](const v1::SweepStatus& status) { sweeps_.push_back(status.sweep_id()); });
}

void User::Cancel(const std::string& job) {
  Ask<v1::JobStatus>(
      [job](Coordinator& coordinator, const RequestMark& mark) { return coordinator.Cancel(mark, job); },
      [this](const v1::JobStatus& status) {
        world_.trace.Count("cancelled", absl::StrCat(status.job_id(), " is cancelled"));
        world_.model.Cancelled(status.job_id());
      });
}

void User::ControlSweep(const std::string& sweep, v1::ControlSweepRequest::Action action) {
  Ask<v1::SweepStatus>(
      [sweep, action](Coordinator& coordinator, const RequestMark& mark) {
        return coordinator.ControlSweep(mark, sweep, action);
      },
      [](const v1::SweepStatus&) {});
}

void User::PutQueue(const v1::Queue& queue) {
  Ask<v1::Queue>(
      [queue, &world = world_](Coordinator& coordinator, const RequestMark&) {
        // In force at once, also for what the same call starts.
        const absl::StatusOr<v1::Queue> put = coordinator.PutQueue(queue);
        if (put.ok()) world.model.PutQueue(*put);
        return put;
      },
      [](const v1::Queue&) {});
}

void User::Drain(const std::string& worker, bool undrain) {
  v1::DrainWorkerRequest request;
  request.set_worker(worker);
  request.set_undrain(undrain);
  Ask<v1::WorkerStatus>(
      [request](Coordinator& coordinator, const RequestMark&) { return coordinator.DrainWorker(request); },
      [](const v1::WorkerStatus&) {});
}

}  // namespace rad
