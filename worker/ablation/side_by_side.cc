#include "worker/ablation/side_by_side.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

namespace rad {

bool SideBySide(std::size_t count, const std::function<bool(std::size_t)>& work) {
  const std::size_t all_threads = at::get_num_threads();
  const std::size_t at_once = std::min(count, all_threads);
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> go_on = true;
  const auto take = [&] {
    const c10::InferenceMode inference;  // as the number of threads below, this is of one thread
    at::get_num_threads();               // a thread's first call sets the number, to what others last set
    at::set_num_threads(static_cast<int>(all_threads / at_once));
    try {
      for (std::size_t i = next++; go_on && i < count; i = next++) {
        if (!work(i)) go_on = false;
      }
    } catch (...) {
      go_on = false;
      throw;
    }
  };
  std::vector<std::future<void>> threads;
  for (std::size_t i = 0; i < at_once; ++i) threads.push_back(std::async(std::launch::async, take));
  for (const auto& thread : threads) thread.wait();
  for (auto& thread : threads) thread.get();
  return go_on;
}

}  // namespace rad
