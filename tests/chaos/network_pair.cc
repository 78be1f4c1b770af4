#include "tests/chaos/network_pair.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace rad {
namespace {

bool Run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

int OwnNetwork() { return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); }

}  // namespace

NetworkPair::NetworkPair() {
  if (!Run("ip -V")) {
    problem_ = "needs the program ip (iproute2)";
    return;
  }
  if (unshare(CLONE_NEWNET) != 0) {
    problem_ = std::string("needs the right to make a network namespace: ") + std::strerror(errno);
    return;
  }
  here_ = OwnNetwork();
  bool plugged = Run("ip link set lo up");
  std::thread([&] {  // its network outlives it, by the descriptor that it leaves
    plugged = plugged && unshare(CLONE_NEWNET) == 0;
    there_ = OwnNetwork();
    plugged = plugged &&
              Run("ip link add cable1 type veth peer name cable0 netns " + std::to_string(getpid())) &&
              Run("ip addr add 10.91.0.2/30 dev cable1 && ip link set cable1 up && ip link set lo up");
  })
      .join();
  plugged = plugged && Run("ip addr add 10.91.0.1/30 dev cable0 && ip link set cable0 up");
  if (!plugged) problem_ = "needs virtual network devices (veth), which this system does not give";
}

NetworkPair::~NetworkPair() {
  for (const int network : {here_, there_}) {
    if (network >= 0) close(network);
  }
}

void NetworkPair::OnOtherSide(const std::function<void()>& start) const {
  ASSERT_EQ(setns(there_, CLONE_NEWNET), 0);
  start();
  ASSERT_EQ(setns(here_, CLONE_NEWNET), 0);
}

void NetworkPair::Unplug() { EXPECT_TRUE(Run("ip link set cable0 down")); }

void NetworkPair::PlugIn() { EXPECT_TRUE(Run("ip link set cable0 up")); }

}  // namespace rad
