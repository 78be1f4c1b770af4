// faulty_store.h: the job store on a disk that may be full, of a coordinator that may die before or after any
// of its writes.
#pragma once

#include <optional>

#include "coordinator/job_store.h"

namespace rad {

// Thrown where the process would be gone: nothing it was about to do happens.
struct Death {};

struct StoreFaults {
  bool disk_full = false;
  std::optional<int> writes_to_live;  // dies at the write after so many
  bool dies_before_it = false;        // or else right after that write
};

class FaultyStore : public JobStore {
 public:
  FaultyStore(MetaStore& meta, StoreFaults& faults) : JobStore(meta), faults_(faults) {}

  absl::Status Commit(Change change) override {
    const bool last = faults_.writes_to_live && (*faults_.writes_to_live)-- == 0;
    if (last && faults_.dies_before_it) throw Death();
    if (faults_.disk_full) return absl::ResourceExhaustedError("no space left on the simulated disk");
    const absl::Status status = JobStore::Commit(std::move(change));
    if (last) throw Death();
    return status;
  }

 private:
  StoreFaults& faults_;
};

}  // namespace rad
