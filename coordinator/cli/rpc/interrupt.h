// interrupt.h: Ctrl-C and SIGTERM as a flag to look at, so that commands end in good order.
#pragma once

#include <atomic>

namespace rad::cli {

// While one lives, SIGINT and SIGTERM set its flag instead of ending the process; the second of them ends it.
// One inside another shares its flag. Of the main thread.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool Raised() const;
};

}  // namespace rad::cli
