#include "worker/agent/event_loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace rad {
namespace {

TEST(EventLoopTest, TimersFireInTheOrderOfTheirTimes) {
  EventLoop loop;
  std::string order;
  loop.After(absl::Milliseconds(20), [&] {
    order += "c";
    loop.Quit();
  });
  loop.After(absl::ZeroDuration(), [&] { order += "a"; });
  loop.After(absl::Milliseconds(10), [&] { order += "b"; });
  loop.Run();
  EXPECT_EQ(order, "abc");
}

TEST(EventLoopTest, ACancelledTimerDoesNotFire) {
  EventLoop loop;
  bool fired = false;
  const auto timer = loop.After(absl::Milliseconds(1), [&] { fired = true; });
  loop.Cancel(timer);
  loop.After(absl::Milliseconds(10), [&] { loop.Quit(); });
  loop.Run();
  EXPECT_FALSE(fired);
}

TEST(EventLoopTest, EventsOfAnotherThreadArriveInOrderOnTheLoop) {
  EventLoop loop;
  std::string order;
  std::thread::id where;
  std::thread poster([&] {
    for (const char* text : {"a", "b"}) loop.Post([&order, text] { order += text; });
    loop.Post([&] {
      where = std::this_thread::get_id();
      loop.Quit();
    });
  });
  loop.Run();
  poster.join();
  EXPECT_EQ(order, "ab");
  EXPECT_EQ(where, std::this_thread::get_id());
}

TEST(EventLoopTest, ADescriptorIsReportedUntilUnwatched) {
  EventLoop loop;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  int calls = 0;
  loop.Watch(ends[0], [&] {
    char byte;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
    if (++calls == 2) {
      loop.Unwatch(ends[0]);
      loop.Post([&] { loop.Quit(); });
    }
  });
  ASSERT_EQ(write(ends[1], "xyz", 3), 3);
  loop.Run();
  EXPECT_EQ(calls, 2);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace rad
