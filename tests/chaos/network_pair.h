// Two networks with one cable between them: this program's own from now on, and one for workers. The kernel
// drops what is sent while the cable is unplugged.
#pragma once

#include <functional>
#include <string>

namespace rad {

class NetworkPair {
 public:
  // Takes this thread, and all that it starts from now on, out of the machine's network. Call it before any
  // other thread is started.
  NetworkPair();
  ~NetworkPair();

  // Why there are none; empty: there are. The test is to be skipped otherwise.
  const std::string& problem() const { return problem_; }

  // Of this side, reachable from both.
  std::string host() const { return "10.91.0.1"; }
  // What `start` starts lives on the other side.
  void OnOtherSide(const std::function<void()>& start) const;
  void Unplug();
  void PlugIn();

 private:
  std::string problem_;
  int here_ = -1, there_ = -1;
};

}  // namespace rad
