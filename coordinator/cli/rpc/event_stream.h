// event_stream.h: a server's stream read by a thread of its own, so that the reader of its items can look at
// the clock and at Ctrl-C between two of them.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rad::cli {

template <typename Item>
class EventStream {
 public:
  using Reader = grpc::ClientReaderInterface<Item>;

  explicit EventStream(const std::function<std::unique_ptr<Reader>(grpc::ClientContext*)>& open)
      : reader_(open(&context_)), thread_([this] { ReadAll(); }) {}

  // Ends the stream.
  ~EventStream() {
    context_.TryCancel();
    {
      absl::MutexLock lock(&mutex_);
      cancelled_ = true;
    }
    thread_.join();
  }

  // What has come since the last call; waits for some, or the end, at most `wait`.
  std::vector<Item> Take(absl::Duration wait) {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &EventStream::HasNews), wait);
    std::vector<Item> items(std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end()));
    items_.clear();
    return items;
  }

  // Set once the stream has ended and all its items are taken.
  std::optional<grpc::Status> Ended() const {
    absl::MutexLock lock(&mutex_);
    return items_.empty() ? ended_ : std::nullopt;
  }

 private:
  static constexpr std::size_t kMaxWaitingItems = 1024;  // then the server waits, by gRPC's flow control

  bool HasNews() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !items_.empty() || ended_.has_value(); }
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return items_.size() < kMaxWaitingItems || cancelled_;
  }

  void ReadAll() {
    Item item;
    while (reader_->Read(&item)) {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &EventStream::HasRoom));
      if (!cancelled_) items_.push_back(std::move(item));
      item = Item();
    }
    const grpc::Status status = reader_->Finish();
    absl::MutexLock lock(&mutex_);
    ended_ = status;
  }

  grpc::ClientContext context_;
  std::unique_ptr<Reader> reader_;
  mutable absl::Mutex mutex_;
  std::deque<Item> items_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> ended_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace rad::cli
