#include "worker/wire/local_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

// The local end of a datagram socket that `to` is the far end of; empty when there is no way.
std::string LocalEnd(const addrinfo& to) {
  const int fd = socket(to.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return "";
  sockaddr_storage own = {};
  socklen_t size = sizeof own;
  char host[NI_MAXHOST] = "";
  if (connect(fd, to.ai_addr, to.ai_addrlen) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0) {
    getnameinfo(reinterpret_cast<sockaddr*>(&own), size, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  }
  close(fd);
  return host;
}

}  // namespace

absl::StatusOr<std::string> AddressTowards(const std::string& peer) {
  const std::size_t colon = peer.rfind(':');
  std::string host = peer.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string port = colon == std::string::npos ? "" : peer.substr(colon + 1);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return absl::UnavailableError(absl::StrCat(peer, ": ", gai_strerror(error)));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  for (const addrinfo* to = found; to != nullptr; to = to->ai_next) {
    if (std::string address = LocalEnd(*to); !address.empty()) return address;
  }
  return absl::UnavailableError(absl::StrCat(peer, ": no network of this machine leads there"));
}

}  // namespace rad
