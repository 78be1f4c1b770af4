#include "tests/simulation/simulated_attempt.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/task_attempts.h"
#include "tests/coordinator/sample_answer.h"
#include "tests/coordinator/sample_artifact.h"

namespace rad {
namespace {

constexpr absl::Duration kMeetingTime = absl::Seconds(40);  // within which all ranks must have come
constexpr int kTries = 6;                                   // of what is published

absl::Status FromGrpc(const grpc::Status& status) {
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

bool Trains(const v1::Work& work) { return work.has_align() || work.has_distill(); }

absl::StatusOr<std::string> PutAndCommit(ArtifactServiceImpl& artifacts, const v1::Task& task,
                                         v1::Manifest::Kind kind, std::uint64_t step) {
  const std::string content = absl::StrCat(task.digest(), " at ", step);
  const v1::PutChunkRequest put = PutOf(FenceOf(task), content);
  v1::PutChunkResponse stored;
  const grpc::Status status = artifacts.PutChunk(nullptr, &put, &stored);
  if (!status.ok()) return FromGrpc(status);
  const v1::CommitRequest commit = CommitOf(FenceOf(task), kind, task.digest(), content, step);
  v1::CommitResponse committed;
  const grpc::Status answer = artifacts.Commit(nullptr, &commit, &committed);
  if (!answer.ok()) return FromGrpc(answer);
  return committed.artifact_id();
}

}  // namespace

SimulatedAttempt::SimulatedAttempt(World& world, Wire& wire, GangRoom& gangs, const v1::Task& task,
                                   SimulatedAttemptEvents events)
    : world_(world),
      wire_(wire),
      gangs_(gangs),
      task_(task),
      events_(std::move(events)),
      agenda_(world.timeline) {
  agenda_.After(kMeetingTime, [this] {
    if (!began_) Fail(v1::TaskFailure::PEER_LOST, "not all ranks came");
  });
  agenda_.After(world_.dice.Within(absl::Milliseconds(50), absl::Seconds(1)), [this] {
    gangs_.Join(task_, {.all_here = [this](absl::Duration work) { Begin(work); },
                        .asked_for_room = [this] { MakeRoom(); },
                        .peer_lost = [this] { Fail(v1::TaskFailure::PEER_LOST, "a peer is gone"); }});
  });
}

SimulatedAttempt::~SimulatedAttempt() {
  if (!ended_) gangs_.Leave(task_, false);
}

void SimulatedAttempt::Begin(absl::Duration work) {
  began_ = true;
  agenda_.After(work, [this] { EndOfWork(); });
  agenda_.After(world_.dice.Within(absl::Seconds(1), absl::Seconds(4)), [this] { Progress(); });
  if (!world_.dice.Chance(world_.weather.attempt_fails)) return;
  const auto reason =
      world_.dice.OneOf<v1::TaskFailure::Reason>({v1::TaskFailure::FAILED, v1::TaskFailure::CRASHED});
  agenda_.After(world_.dice.Within(absl::ZeroDuration(), work), [this, reason] {
    Fail(reason, absl::StrCat("the executor ", v1::TaskFailure::Reason_Name(reason)));
  });
}

void SimulatedAttempt::Progress() {
  v1::Progress progress;
  progress.set_step(++step_);
  progress.set_total(100);
  progress.set_done(static_cast<double>(step_));
  progress.set_eta_seconds(-1);
  events_.progressed(progress);
  if (Trains(task_.work()) && task_.rank() == 0 && world_.dice.Chance(0.3))
    Publish(v1::Manifest::CHECKPOINT, 1, [](const absl::StatusOr<std::string>&) {});
  agenda_.After(world_.dice.Within(absl::Seconds(1), absl::Seconds(6)), [this] { Progress(); });
}

void SimulatedAttempt::Stop(absl::Duration grace) {
  stopping_ = true;
  const absl::Duration needs = world_.dice.Within(absl::Milliseconds(10), absl::Seconds(6));
  agenda_.After(std::min(needs, grace), [this] { Fail(v1::TaskFailure::CANCELLED, "stopped"); });
}

// Some are in a step that takes longer than anyone waits.
void SimulatedAttempt::MakeRoom() {
  if (!began_ || stopping_ || (task_.rank() == 0 && world_.dice.Chance(0.1))) return;
  agenda_.After(world_.dice.Within(absl::Milliseconds(200), absl::Seconds(8)), [this] {
    if (task_.rank() != 0) return Fail(v1::TaskFailure::PREEMPTED, "left");
    Publish(v1::Manifest::CHECKPOINT, 1, [this](const absl::StatusOr<std::string>&) {
      world_.trace.Count("attempts that made room");
      Fail(v1::TaskFailure::PREEMPTED, absl::StrCat("saved step ", step_));
    });
  });
}

void SimulatedAttempt::EndOfWork() {
  const v1::Work& work = task_.work();
  const bool publishes = Trains(work) || work.has_export_();
  if (!publishes || task_.rank() != 0) return Succeed("");
  Publish(v1::Manifest::OUTPUT, kTries, [this](const absl::StatusOr<std::string>& artifact_id) {
    if (artifact_id.ok()) return Succeed(*artifact_id);
    Fail(v1::TaskFailure::FAILED, absl::StrCat("cannot publish: ", artifact_id.status().message()));
  });
}

void SimulatedAttempt::Publish(v1::Manifest::Kind kind, int tries,
                               std::function<void(absl::StatusOr<std::string>)> next) {
  const std::uint64_t step = kind == v1::Manifest::OUTPUT ? 0 : step_;
  // The answer finds this attempt only while it lives; the request is done all the same.
  const std::weak_ptr<bool> alive = agenda_.alive();
  wire_.Call<std::string>(
      [task = task_, kind, step, &world = world_](Coordinator&, ArtifactServiceImpl& artifacts) {
        absl::StatusOr<std::string> id = PutAndCommit(artifacts, task, kind, step);
        world.trace.Count(id.ok() ? "artifacts taken" : "artifacts refused");
        if (id.ok()) world.model.Wrote(FenceOf(task));
        return id;
      },
      [this, alive, kind, tries, next = std::move(next)](const absl::StatusOr<std::string>& id) {
        if (alive.expired()) return;
        const bool again = absl::IsUnavailable(id.status()) || absl::IsResourceExhausted(id.status());
        if (!again || tries <= 1) return next(id);
        agenda_.After(absl::Seconds(2), [this, kind, tries, next] { Publish(kind, tries - 1, next); });
      });
}

void SimulatedAttempt::Succeed(const std::string& artifact_id) {
  v1::TaskFinished report;
  *report.mutable_result() = SampleAnswer(task_);
  report.mutable_result()->set_artifact_id(artifact_id);
  End(std::move(report));
}

void SimulatedAttempt::Fail(v1::TaskFailure::Reason reason, const std::string& message) {
  v1::TaskFinished report;
  report.mutable_failure()->set_reason(reason);
  report.mutable_failure()->set_message(message);
  End(std::move(report));
}

void SimulatedAttempt::End(v1::TaskFinished report) {
  if (std::exchange(ended_, true)) return;
  *report.mutable_fence() = FenceOf(task_);
  agenda_.Clear();
  gangs_.Leave(task_, report.has_result() || report.failure().reason() == v1::TaskFailure::PREEMPTED);
  const auto finished = events_.finished;
  finished(std::move(report));  // may destroy this
}

}  // namespace rad
