#include "worker/parallel/nccl_backend.h"

#include <ATen/ATen.h>

#include <array>
#include <cstdio>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "worker/device/cuda_plugin.h"
#include "worker/device/load_cuda_plugin.h"

namespace rad {
namespace {

// What every rank says under `topic`, in the order of ranks.
std::vector<std::string> Exchange(const GangSeat& seat, const std::string& topic, const std::string& word,
                                  std::chrono::milliseconds patience) {
  std::vector<std::string> keys;
  for (int rank = 0; rank < seat.world_size; ++rank) keys.push_back(absl::StrCat(topic, "/", rank));
  const absl::Status said = seat.meeting->Set(keys[static_cast<std::size_t>(seat.rank)], word);
  if (!said.ok()) throw PeerLost(std::string(said.message()));
  auto words = seat.meeting->Get(keys, absl::FromChrono(patience));
  if (!words.ok()) throw PeerLost(std::string(words.status().message()));
  return *std::move(words);
}

struct Plugin {
  decltype(rad_cuda_device_identity)* device_identity = nullptr;
  decltype(rad_cuda_join_nccl)* join = nullptr;

  Plugin() {
    const absl::StatusOr<void*> plugin = LoadCudaPlugin();
    if (!plugin.ok()) {
      if (!absl::IsNotFound(plugin.status()))
        std::fprintf(stderr, "NO NCCL: %s\n", plugin.status().ToString().c_str());
      return;
    }
    device_identity = CudaFunction<decltype(rad_cuda_device_identity)>(*plugin, "rad_cuda_device_identity");
    join = CudaFunction<decltype(rad_cuda_join_nccl)>(*plugin, "rad_cuda_join_nccl");
  }
  std::string Device() const {
    std::array<char, 33> identity{};
    if (device_identity != nullptr && join != nullptr) device_identity(identity.data());
    return identity.data();
  }
};

// The ranks' numbers, each plus one, added up.
std::string TrialProblem(const GangSeat& seat, c10d::Backend& backend) {
  std::vector<at::Tensor> sum{at::full({1024}, seat.rank + 1, at::Device(at::kCUDA, 0))};
  backend.allreduce(sum)->wait();
  const std::int64_t right = std::int64_t{seat.world_size} * (seat.world_size + 1) / 2;
  return sum[0].eq(right).all().item<bool>() ? "" : "a wrong sum";
}

// Joins by NCCL into `backend`; what is wrong with that here, or nothing.
std::string Join(const Plugin& plugin, const GangSeat& seat, c10d::Store& store,
                 std::chrono::milliseconds patience, c10::intrusive_ptr<c10d::Backend>& backend) {
  try {
    backend = c10::intrusive_ptr<c10d::Backend>::reclaim(static_cast<c10d::Backend*>(
        plugin.join(&store, seat.rank, seat.world_size, static_cast<long>(patience.count()))));
    return TrialProblem(seat, *backend);
  } catch (const std::exception& error) {
    return error.what();
  }
}

// The first problem of a rank, the same on all of them.
std::string FirstProblem(const std::vector<std::string>& problems) {
  for (std::size_t rank = 0; rank < problems.size(); ++rank)
    if (!problems[rank].empty()) return absl::StrCat("on rank ", rank, ": ", problems[rank]);
  return "";
}

}  // namespace

std::string ObstacleToNccl(const GangSeat& seat, const std::string& device,
                           std::chrono::milliseconds patience) {
  std::set<std::string> seen;
  const std::vector<std::string> devices = Exchange(seat, "device", device, patience);
  for (std::size_t rank = 0; rank < devices.size(); ++rank) {
    if (devices[rank].empty()) return absl::StrCat("rank ", rank, " has no CUDA device");
    if (!seen.insert(devices[rank]).second)
      return absl::StrCat("rank ", rank, " shares its CUDA device with another: set CUDA_VISIBLE_DEVICES");
  }
  return "";
}

c10::intrusive_ptr<c10d::Backend> JoinByNccl(const GangSeat& seat,
                                             const c10::intrusive_ptr<c10d::Store>& store,
                                             std::chrono::milliseconds patience) {
  const Plugin plugin;
  const std::string device = plugin.Device();
  std::string obstacle = ObstacleToNccl(seat, device, patience);
  c10::intrusive_ptr<c10d::Backend> backend;
  if (obstacle.empty())
    obstacle = FirstProblem(Exchange(seat, "nccl", Join(plugin, seat, *store, patience, backend), patience));
  if (obstacle.empty()) return backend;
  if (!device.empty()) std::fprintf(stderr, "NOT NCCL but Gloo joins the ranks: %s\n", obstacle.c_str());
  return nullptr;
}

}  // namespace rad
