// stop_exposer.h: ends a metrics server at once. Its listening thread looks whether it is to stop when
// somebody connects, and otherwise every two seconds only; so somebody connects until it has.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <prometheus/exposer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

namespace rad {

// `port`: where it listens, on loopback or on all addresses; on others, and when no socket is to be had, the
// two seconds it is. Null is fine.
inline void StopExposer(std::unique_ptr<prometheus::Exposer> exposer, int port) {
  if (exposer == nullptr) return;
  std::atomic<bool> stopped = false;
  std::thread caller([&] {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (!stopped) {
      const int connection = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (connection < 0) return;
      connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      close(connection);
    }
  });
  exposer.reset();
  stopped = true;
  caller.join();
}

}  // namespace rad
