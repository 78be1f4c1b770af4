// local_meeting_place.h: where ranks meet that are threads of one process.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "worker/gang.h"

namespace rad {

class LocalMeetingPlace final : public MeetingPlace {
 public:
  absl::Status Set(const std::string& key, const std::string& value) override;
  absl::StatusOr<std::vector<std::string>> Get(const std::vector<std::string>& keys,
                                               absl::Duration timeout) override;
  absl::StatusOr<std::int64_t> Add(const std::string& key, std::int64_t amount) override;
  absl::StatusOr<bool> Delete(const std::string& key) override;

 private:
  absl::Mutex mutex_;
  std::map<std::string, std::string> values_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rad
