#include "worker/tools/bench/peak_memory.h"

#include <malloc.h>

#include <fstream>
#include <string>

namespace rad {

std::int64_t PeakMemoryBytesAndReset() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::int64_t kilobytes = 0;
  while (status >> word && word != "VmHWM:") {
  }
  status >> kilobytes;
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // resets the mark
  return kilobytes * 1024;
}

}  // namespace rad
