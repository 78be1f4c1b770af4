#include "tests/harness/scrape.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace rad {

std::string Scrape(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string response;
  if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
    if (send(connection, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      char buffer[65536];
      for (ssize_t got; (got = recv(connection, buffer, sizeof buffer, 0)) > 0;) response.append(buffer, got);
    }
  }
  close(connection);
  const std::size_t body = response.find("\r\n\r\n");
  return body == std::string::npos ? "" : response.substr(body + 4);
}

double MetricIn(const std::string& metrics, const std::string& name) {
  const std::string line = "\n" + name + " ";
  const std::size_t begin = metrics.find(line);
  return begin == std::string::npos ? 0 : std::strtod(metrics.c_str() + begin + line.size(), nullptr);
}

}  // namespace rad
