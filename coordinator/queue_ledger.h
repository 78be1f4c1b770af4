// queue_ledger.h: how many workers each queue holds, against how many it may. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "coordinator/scheduler_view.h"

namespace rad {

class QueueLedger {
 public:
  // With what runs.
  explicit QueueLedger(const SchedulerView& view);

  void Take(const std::string& queue, std::uint32_t workers) { held_[queue] += workers; }
  void GiveBack(const std::string& queue, std::uint32_t workers) { held_[queue] -= workers; }

  std::uint32_t Held(const std::string& queue) const;
  // Of the queue's quota; 0 without one.
  std::uint32_t Quota(const std::string& queue) const;
  std::uint32_t Room(const std::string& queue) const;  // of the quota, left
  bool Borrows(const std::string& queue) const;
  // "queue q may hold 4 workers and borrows none": for one that does not borrow.
  std::string Limits(const std::string& queue) const;
  // Workers beyond its quota.
  std::uint32_t Lent(const std::string& queue) const;
  // The fair share's measure: the queue that has least of its quota is next. A queue without one counts as
  // if it had 1.
  double Share(const std::string& queue) const;

 private:
  const std::map<std::string, QueueShare>* queues_;  // the view's
  std::map<std::string, std::uint32_t> held_;
};

}  // namespace rad
