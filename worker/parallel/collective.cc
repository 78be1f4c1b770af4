// The headers of Gloo come from Debian, its code from within LibTorch: libgloo.so must not be linked.
#define USE_C10D_GLOO
#include "worker/parallel/collective.h"

#include <chrono>
#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "absl/strings/str_cat.h"
#include "worker/parallel/c10d_store.h"
#include "worker/parallel/nccl_backend.h"

namespace rad {
namespace {

// Longer than rank 0 may spend on a checkpoint while the coordinator is away; a rank that died shows at once,
// as its connections break.
constexpr std::chrono::minutes kPatience{5};

// LibTorch's recorder of collective calls is one for all groups of a process, and not safe with two of them
// on threads; nobody reads it here. It is asked for its size once, by the first group.
void SwitchOffCallRecorder() {
  [[maybe_unused]] static const int done = setenv("TORCH_FR_BUFFER_SIZE", "0", /*overwrite=*/0);
}

// Runs what waits for other ranks.
template <typename Work>
auto Together(const GangSeat& seat, const char* what, Work work) {
  try {
    return work();
  } catch (const std::exception& error) {
    throw PeerLost(absl::StrCat("rank ", seat.rank, " of ", seat.world_size, ", ", what, ": ", error.what()));
  }
}

void TimedWait(c10d::Work& work, double& seconds) {
  const auto begin = std::chrono::steady_clock::now();
  work.wait();
  seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A tensor in main memory, and where the backend works on it: there too, or on its device.
class Staged {
 public:
  Staged(at::Tensor host, const at::Device& device) : host_(std::move(host)), there_{host_.to(device)} {}
  std::vector<at::Tensor>& there() { return there_; }
  void BringBack() {
    if (!there_[0].is_same(host_)) host_.copy_(there_[0]);
  }

 private:
  at::Tensor host_;
  std::vector<at::Tensor> there_;
};

class BackendWork final : public PendingWork {
 public:
  template <typename Begin>
  BackendWork(const GangSeat& seat, const char* what, Staged tensor, double& seconds, Begin begin)
      : seat_(seat), what_(what), tensor_(std::move(tensor)), seconds_(seconds) {
    work_ = Together(seat_, what_, [&] { return begin(tensor_.there()); });
  }
  void Wait() override {
    Together(seat_, what_, [&] {
      TimedWait(*work_, seconds_);
      tensor_.BringBack();
    });
  }

 private:
  const GangSeat& seat_;
  const char* const what_;
  Staged tensor_;
  c10::intrusive_ptr<c10d::Work> work_;
  double& seconds_;
};

class BackendCollective final : public Collective {
 public:
  // `device`: where the backend's tensors are.
  BackendCollective(GangSeat seat, c10::intrusive_ptr<c10d::Backend> backend, at::Device device)
      : seat_(std::move(seat)), backend_(std::move(backend)), device_(device) {}

  int rank() const override { return seat_.rank; }
  int world_size() const override { return seat_.world_size; }
  double seconds_waited() const override { return seconds_waited_; }

  std::unique_ptr<PendingWork> StartSum(at::Tensor tensor) override {
    return Start("adding up", std::move(tensor), [&](auto& tensors) { return backend_->allreduce(tensors); });
  }

  std::unique_ptr<PendingWork> StartBroadcast(at::Tensor tensor, int from_rank) override {
    c10d::BroadcastOptions options;
    options.rootRank = from_rank;
    return Start("sharing weights", std::move(tensor),
                 [&](auto& tensors) { return backend_->broadcast(tensors, options); });
  }

  void Send(at::Tensor tensor, int to_rank) override {
    Start("sending", std::move(tensor), [&](auto& tensors) {
      return backend_->send(tensors, to_rank, 0);
    })->Wait();
  }

  void Receive(at::Tensor tensor, int from_rank) override {
    Start("receiving", std::move(tensor), [&](auto& tensors) {
      return backend_->recv(tensors, from_rank, 0);
    })->Wait();
  }

 private:
  template <typename Begin>
  std::unique_ptr<PendingWork> Start(const char* what, at::Tensor tensor, Begin begin) {
    return std::make_unique<BackendWork>(seat_, what, Staged(std::move(tensor), device_), seconds_waited_,
                                         begin);
  }

  const GangSeat seat_;
  const c10::intrusive_ptr<c10d::Backend> backend_;
  const at::Device device_;
  double seconds_waited_ = 0;
};

c10::intrusive_ptr<c10d::Backend> JoinByGloo(const GangSeat& seat,
                                             const c10::intrusive_ptr<c10d::Store>& store) {
  auto options = c10d::ProcessGroupGloo::Options::create(kPatience);
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(seat.address));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, seat.rank, seat.world_size, options);
}

}  // namespace

std::unique_ptr<Collective> Collective::Join(const GangSeat& seat) {
  SwitchOffCallRecorder();
  const auto store = MakeC10dStore(*seat.meeting);
  store->setTimeout(kPatience);
  return Together(seat, "meeting the other ranks", [&] {
    if (auto nccl = JoinByNccl(seat, store, kPatience))
      return std::make_unique<BackendCollective>(seat, std::move(nccl), at::Device(at::kCUDA, 0));
    return std::make_unique<BackendCollective>(seat, JoinByGloo(seat, store), at::Device(at::kCPU));
  });
}

}  // namespace rad
