// user.h: users: submit, cancel, drain and set up queues over a network that loses their calls, and try again
// until they are answered. What they were promised is told to the model.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/sweep.pb.h"
#include "tests/simulation/wire.h"

namespace rad {

class User {
 public:
  User(World& world, CoordinatorHost& host) : world_(world), wire_(world, host) {}

  void Submit(const v1::Job& job);
  void SubmitSweep(const v1::Sweep& sweep);
  void Cancel(const std::string& job);
  void ControlSweep(const std::string& sweep, v1::ControlSweepRequest::Action action);
  void PutQueue(const v1::Queue& queue);
  void Drain(const std::string& worker, bool undrain);

  bool waits() const { return waiting_ > 0; }  // for an answer
  // Names of what was acknowledged.
  const std::vector<std::string>& jobs() const { return jobs_; }
  const std::vector<std::string>& sweeps() const { return sweeps_; }

 private:
  template <typename Answer>
  void Ask(std::function<absl::StatusOr<Answer>(Coordinator&, const RequestMark&)> request,
           std::function<void(const Answer&)> answered);
  template <typename Answer>
  void Try(RequestMark mark, std::function<absl::StatusOr<Answer>(Coordinator&, const RequestMark&)> request,
           std::function<void(const Answer&)> answered);

  World& world_;
  Wire wire_;
  int requests_ = 0, waiting_ = 0;
  std::vector<std::string> jobs_, sweeps_;
};

}  // namespace rad
