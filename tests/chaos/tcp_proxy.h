// A network between a client and a server on loopback that can fall silent: bytes neither arrive nor are
// refused, as where packets are dropped.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <thread>

namespace rad {

class TcpProxy {
 public:
  explicit TcpProxy(int target_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // From now on nothing passes; what is sent meanwhile arrives after Mend, as what TCP sends again does.
  void Cut() { Tell(State::kCut); }
  void Mend() { Tell(State::kOpen); }
  // The connections of now stay silent for ever, and open, as behind a firewall that forgot them; new ones
  // work.
  void Strand() { Tell(State::kStrand); }

 private:
  enum class State { kOpen, kCut, kStrand, kEnd };
  void Tell(State state);
  void Run();
  void Accept();
  void Pass(int from);
  void Close(int fd);

  const int target_port_;
  int port_ = 0, listener_ = -1, wake_ = -1;
  std::atomic<State> state_ = State::kOpen;
  std::map<int, int> peer_;      // of each end that bytes pass through
  std::map<int, int> stranded_;  // likewise, of those that they no longer do
  std::thread thread_;
};

}  // namespace rad
