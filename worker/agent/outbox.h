// outbox.h: finished tasks whose reports the coordinator has not stored yet. They outlive any session.
#pragma once

#include <vector>

#include "rad/v1/worker.pb.h"

namespace rad {

class Outbox {
 public:
  void Add(v1::TaskFinished report) { reports_.push_back(std::move(report)); }
  // False when no such report waits: a repeated acknowledgement does no harm.
  bool Acknowledge(const v1::Fence& fence);
  bool Holds(const v1::Fence& fence) const;
  const std::vector<v1::TaskFinished>& reports() const { return reports_; }  // oldest first
  // For a new session: all of them, of which none is overdue then.
  const std::vector<v1::TaskFinished>& Again() {
    seen_ = 0;
    return reports_;
  }
  // To be called with every heartbeat: the reports that were here at the call before. A coordinator that
  // could not store one, for want of disk say, does not acknowledge it and is to be told again.
  std::vector<v1::TaskFinished> Overdue();

 private:
  std::vector<v1::TaskFinished> reports_;
  std::size_t seen_ = 0;  // of reports_, at the last call of Overdue
};

}  // namespace rad
