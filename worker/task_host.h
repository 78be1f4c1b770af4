// task_host.h: what a running task may ask of its surroundings. Compute code sees this and nothing of gRPC;
// tests give it a host of their own. No torch and no protobuf here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/gang.h"

namespace rad {

struct TaskProgress {
  std::string phase;  // "loading teacher", "aligning", ...
  double done = 0;
  double total = 0;
  std::string unit;         // of done and total: "heads", "steps", "examples"
  std::int64_t step = 0;    // of training
  std::int64_t tokens = 0;  // trained on so far
  std::int64_t heads_scored = 0;
  double compute_seconds = 0;            // of this rank's steps so far, without waiting for other ranks
  std::map<std::string, double> losses;  // by term: "align", "kd"
  std::map<std::string, std::int64_t> memory_bytes;  // by kind: weights, optimizer, activations_peak, ...
};

struct TaskCheckpoint {
  std::filesystem::path folder;
  std::int64_t step = 0;
};

class TaskHost {
 public:
  virtual ~TaskHost() = default;

  // Cheap: call it after every step. The host adds rate, ETA and resident memory, and limits how often it
  // sends.
  virtual void Report(const TaskProgress& progress) = 0;
  // True once the task is to end; it then returns CANCELLED soon.
  virtual bool StopRequested() const = 0;
  // True once the task is to make room for another: one that can save what it did then saves it and returns
  // CANCELLED; one that cannot goes on.
  virtual bool RoomRequested() const { return false; }
  // A folder for this attempt's files; gone with the attempt.
  virtual std::filesystem::path Scratch() const = 0;
  // Where tokenised text is kept for later tasks of this worker; empty: nowhere.
  virtual std::filesystem::path TokenFolder() const { return {}; }
  // The local folder of an input artifact. NOT_FOUND when the task has no such input.
  virtual absl::StatusOr<std::filesystem::path> Input(std::string_view name) = 0;
  // Makes the files of `folder` the task's newest checkpoint. `loss`: mean over the steps since the one
  // before, absent when unknown. When this returns OK the checkpoint is durable and whole; on an error the
  // one before it still is. RESOURCE_EXHAUSTED: there is no room for it, now. May run in another thread
  // beside Report and StopRequested.
  virtual absl::Status SaveCheckpoint(const std::filesystem::path& folder, std::int64_t step,
                                      std::optional<double> loss) = 0;
  // The newest checkpoint of this task, of whichever attempt; nullopt when there is none.
  virtual absl::StatusOr<std::optional<TaskCheckpoint>> LatestCheckpoint() = 0;
  // Which rank of its gang this is; most tasks are done by one worker alone.
  virtual GangSeat Seat() { return {}; }
  // How many optimizer steps to train between two checkpoints; 0: none.
  virtual int CheckpointEverySteps() const = 0;
};

}  // namespace rad
