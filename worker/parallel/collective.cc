// The headers of Gloo come from Debian, its code from within LibTorch: libgloo.so must not be linked.
#define USE_C10D_GLOO
#include "worker/parallel/collective.h"

#include <chrono>
#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "absl/strings/str_cat.h"
#include "worker/parallel/c10d_store.h"

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

class BackendWork final : public PendingWork {
 public:
  BackendWork(const GangSeat& seat, const char* what, c10::intrusive_ptr<c10d::Work> work, double& seconds)
      : seat_(seat), what_(what), work_(std::move(work)), seconds_(seconds) {}
  void Wait() override {
    Together(seat_, what_, [&] { TimedWait(*work_, seconds_); });
  }

 private:
  const GangSeat& seat_;
  const char* const what_;
  const c10::intrusive_ptr<c10d::Work> work_;
  double& seconds_;
};

class BackendCollective final : public Collective {
 public:
  BackendCollective(GangSeat seat, c10::intrusive_ptr<c10d::Backend> backend)
      : seat_(std::move(seat)), backend_(std::move(backend)) {}

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
    std::vector<at::Tensor> tensors{std::move(tensor)};
    Together(seat_, "sending", [&] { TimedWait(*backend_->send(tensors, to_rank, 0), seconds_waited_); });
  }

  void Receive(at::Tensor tensor, int from_rank) override {
    std::vector<at::Tensor> tensors{std::move(tensor)};
    Together(seat_, "receiving", [&] { TimedWait(*backend_->recv(tensors, from_rank, 0), seconds_waited_); });
  }

 private:
  template <typename Begin>
  std::unique_ptr<PendingWork> Start(const char* what, at::Tensor tensor, Begin begin) {
    std::vector<at::Tensor> tensors{std::move(tensor)};
    return std::make_unique<BackendWork>(seat_, what, Together(seat_, what, [&] { return begin(tensors); }),
                                         seconds_waited_);
  }

  const GangSeat seat_;
  const c10::intrusive_ptr<c10d::Backend> backend_;
  double seconds_waited_ = 0;
};

}  // namespace

std::unique_ptr<Collective> Collective::Join(const GangSeat& seat) {
  SwitchOffCallRecorder();
  auto options = c10d::ProcessGroupGloo::Options::create(kPatience);
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(seat.address));
  const auto store = MakeC10dStore(*seat.meeting);
  store->setTimeout(kPatience);
  return Together(seat, "meeting the other ranks", [&] {
    return std::make_unique<BackendCollective>(
        seat, c10::make_intrusive<c10d::ProcessGroupGloo>(store, seat.rank, seat.world_size, options));
  });
}

}  // namespace rad
