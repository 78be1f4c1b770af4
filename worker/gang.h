// gang.h: a task's seat among the workers that do it together. No torch and no protobuf here.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rad {

// Where ranks leave what the others need to find them. Thread-safe. FAILED_PRECONDITION once the attempt has
// been replaced by another.
class MeetingPlace {
 public:
  virtual ~MeetingPlace() = default;
  virtual absl::Status Set(const std::string& key, const std::string& value) = 0;
  // In the order of the keys; waits for those that are not there yet. DEADLINE_EXCEEDED after `timeout`,
  // CANCELLED when this rank is told to stop meanwhile.
  virtual absl::StatusOr<std::vector<std::string>> Get(const std::vector<std::string>& keys,
                                                       absl::Duration timeout) = 0;
  // Adds to a key that holds a decimal number, absent ones count as 0; returns the sum.
  virtual absl::StatusOr<std::int64_t> Add(const std::string& key, std::int64_t amount) = 0;
  // Whether it was there.
  virtual absl::StatusOr<bool> Delete(const std::string& key) = 0;
};

struct GangSeat {
  int rank = 0;
  int world_size = 1;
  int batch_parts = 1;              // that a training batch is cut into, whatever the world size
  std::string address;              // of this machine, as the other ranks reach it
  MeetingPlace* meeting = nullptr;  // set when world_size is above 1; outlives the task

  bool alone() const { return world_size == 1; }
};

// Thrown where a rank waits for others and one of them is gone, as LibTorch throws its errors; whoever
// catches it must not take it for the cause.
class PeerLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace rad
