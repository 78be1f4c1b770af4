#include "tests/chaos/tcp_proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

namespace rad {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int NewSocket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

void SendSoon(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool SendAll(int fd, const char* bytes, ssize_t count) {
  while (count > 0) {
    const ssize_t sent = send(fd, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    count -= sent;
  }
  return true;
}

}  // namespace

TcpProxy::TcpProxy(int target_port)
    : target_port_(target_port), listener_(NewSocket()), wake_(eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, SOMAXCONN), 0);
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  Tell(State::kEnd);
  thread_.join();
  for (const auto& ends : {peer_, stranded_}) {
    for (const auto& [fd, peer] : ends) close(fd);
  }
  close(listener_);
  close(wake_);
}

void TcpProxy::Tell(State state) {
  state_ = state;
  const std::uint64_t one = 1;
  EXPECT_EQ(write(wake_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
}

void TcpProxy::Run() {
  while (state_ != State::kEnd) {
    if (state_ == State::kStrand) {
      stranded_.merge(peer_);
      State stranding = State::kStrand;
      state_.compare_exchange_strong(stranding, State::kOpen);
    }
    std::vector<pollfd> ready = {{wake_, POLLIN, 0}};
    if (state_ == State::kOpen) {
      ready.push_back({listener_, POLLIN, 0});
      for (const auto& [fd, peer] : peer_) ready.push_back({fd, POLLIN, 0});
    }
    if (poll(ready.data(), ready.size(), -1) <= 0) continue;
    for (const pollfd& one : ready) {
      std::uint64_t count = 0;
      if (one.revents == 0) continue;
      if (one.fd == wake_) {
        if (read(wake_, &count, sizeof count) < 0) return;
        break;  // the state is another
      }
      if (one.fd == listener_) {
        Accept();
      } else if (peer_.contains(one.fd)) {
        Pass(one.fd);
      }
    }
  }
}

void TcpProxy::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = NewSocket();
  const sockaddr_in target = Loopback(target_port_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) {
    close(client);
    close(server);
    return;
  }
  SendSoon(client);
  SendSoon(server);
  peer_[client] = server;
  peer_[server] = client;
}

void TcpProxy::Pass(int from) {
  char bytes[65536];
  const ssize_t count = read(from, bytes, sizeof bytes);
  if (count <= 0 || !SendAll(peer_.at(from), bytes, count)) Close(from);
}

void TcpProxy::Close(int fd) {
  const int peer = peer_.at(fd);
  for (const int end : {fd, peer}) {
    peer_.erase(end);
    close(end);
  }
}

}  // namespace rad
