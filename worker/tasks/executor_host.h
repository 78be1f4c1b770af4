// executor_host.h: the TaskHost of a real task: progress goes to the agent, files to and from the
// coordinator.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "rad/v1/artifact.pb.h"
#include "rad/v1/plan.pb.h"
#include "worker/task_host.h"
#include "worker/tasks/artifact_cache.h"
#include "worker/tasks/artifact_client.h"
#include "worker/tasks/rendezvous_client.h"
#include "worker/tasks/reporter.h"

namespace rad {

struct HostFolders {
  std::filesystem::path attempt;  // made and removed by the agent
  std::filesystem::path cache;    // of artifacts, shared by all attempts of this worker
  std::filesystem::path tokens;   // likewise, of tokenised text
};

// What the task has been asked.
struct HostSignals {
  std::function<bool()> stop;  // to end
  std::function<bool()> room;  // to make room
};

class ExecutorHost final : public TaskHost {
 public:
  // `address`: of this machine, as other workers reach it.
  ExecutorHost(const v1::Task& task, const std::shared_ptr<grpc::Channel>& channel, std::string address,
               HostFolders folders, Reporter& reporter, HostSignals signals);

  void Report(const TaskProgress& progress) override { reporter_.Progress(progress); }
  bool StopRequested() const override { return signals_.stop(); }
  bool RoomRequested() const override { return signals_.room(); }
  std::filesystem::path Scratch() const override { return folders_.attempt / "scratch"; }
  std::filesystem::path TokenFolder() const override { return folders_.tokens; }
  absl::StatusOr<std::filesystem::path> Input(std::string_view name) override;
  absl::Status SaveCheckpoint(const std::filesystem::path& folder, std::int64_t step,
                              std::optional<double> loss) override;
  absl::StatusOr<std::optional<TaskCheckpoint>> LatestCheckpoint() override;
  int CheckpointEverySteps() const override;
  GangSeat Seat() override;

  // Where the task writes what it publishes.
  std::filesystem::path Output() const { return folders_.attempt / "output"; }
  // Publishes the files of Output() and returns the artifact's id; empty when there are none.
  absl::StatusOr<std::string> Publish();
  // Spent on the task so far, in this attempt and in those whose checkpoint it resumed.
  double Seconds() const;

 private:
  v1::Manifest Header(v1::Manifest::Kind kind) const;

  const v1::Task task_;
  const HostFolders folders_;
  Reporter& reporter_;
  const HostSignals signals_;
  ArtifactClient client_;
  const std::string address_;
  RendezvousClient rendezvous_;
  ArtifactCache cache_;
  const absl::Time begin_;
  double earlier_seconds_ = 0;
};

}  // namespace rad
