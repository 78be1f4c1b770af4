#include "worker/parallel/c10d_store.h"

#include <utility>

namespace rad {
namespace {

using Bytes = std::vector<std::uint8_t>;

template <typename T>
T ValueOf(absl::StatusOr<T> result) {
  if (!result.ok()) throw PeerLost(std::string(result.status().message()));
  return *std::move(result);
}

class C10dStore final : public c10d::Store {
 public:
  explicit C10dStore(MeetingPlace& meeting) : meeting_(meeting) {}

  c10::intrusive_ptr<Store> clone() override { return c10::make_intrusive<C10dStore>(meeting_); }

  void set(const std::string& key, const Bytes& value) override {
    const absl::Status status = meeting_.Set(key, std::string(value.begin(), value.end()));
    if (!status.ok()) throw PeerLost(std::string(status.message()));
  }

  Bytes get(const std::string& key) override {
    const std::string value = ValueOf(meeting_.Get({key}, absl::FromChrono(timeout_))).front();
    return {value.begin(), value.end()};
  }

  std::int64_t add(const std::string& key, std::int64_t value) override {
    return ValueOf(meeting_.Add(key, value));
  }

  bool deleteKey(const std::string& key) override { return ValueOf(meeting_.Delete(key)); }

  bool check(const std::vector<std::string>& keys) override {
    const auto found = meeting_.Get(keys, absl::ZeroDuration());
    if (absl::IsDeadlineExceeded(found.status())) return false;
    ValueOf(found);
    return true;
  }

  std::int64_t getNumKeys() override {
    C10_THROW_ERROR(NotImplementedError, "a meeting place is not counted");
  }

  void wait(const std::vector<std::string>& keys) override { wait(keys, timeout_); }
  void wait(const std::vector<std::string>& keys, const std::chrono::milliseconds& timeout) override {
    ValueOf(meeting_.Get(keys, absl::FromChrono(timeout)));
  }

 private:
  MeetingPlace& meeting_;
};

}  // namespace

c10::intrusive_ptr<c10d::Store> MakeC10dStore(MeetingPlace& meeting) {
  return c10::make_intrusive<C10dStore>(meeting);
}

}  // namespace rad
