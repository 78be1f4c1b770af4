// Coordinator, agent and executor, each killed once at a named place while a job runs: the job ends as if
// nothing had been, to the bit.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/chaos_form.h"
#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

struct Places {
  std::string coordinator, worker;  // NAME:COUNT, of which each dies once
};

// The counts have each die in another stage.
const std::vector<Places> kAll = {{"assign_written:1", "agent_before_start:2"},
                                  {"assign_sent:2", "agent_started:3"},
                                  {"finish_before_acknowledge:3", "agent_before_report:4"},
                                  {"assign_written:4", "agent_acknowledged:2"},
                                  {"assign_sent:5", "executor_chunks_sent:1"},
                                  {"finish_before_acknowledge:1", "executor_checkpoint_saved:2"},
                                  {"apply_written:9", "executor_published:1"}};

class KillPlacesTest : public testing::TestWithParam<std::size_t> {};

// Each place costs seconds; the short form looks at some, another few each time.
bool InShortForm(std::size_t number) {
  constexpr std::uint64_t kPlaces = 2;
  return (number + Seed()) % kAll.size() < kPlaces;
}

TEST_P(KillPlacesTest, TheJobEndsAsIfNothingHadBeen) {
  if (Kills() <= kKillsOfShortForm && !InShortForm(GetParam()))
    GTEST_SKIP() << "not in this short form: RAD_CHAOS_KILLS=500 runs all";
  ReferenceJob& reference = ReferenceJob::Get();
  const std::filesystem::path folder = reference.NewFolder();
  const auto arm = [&](const std::string& place, const char* reached) -> std::vector<std::string> {
    return {"RAD_FAILPOINT=" + place + ":" + (folder / reached).string()};
  };
  Service service(folder, 1,
                  {.coordinator_environment = arm(kAll[GetParam()].coordinator, "coordinator-died"),
                   .worker_environment = arm(kAll[GetParam()].worker, "worker-died")});
  std::atomic<bool> ended = false;
  std::thread reviver([&] {  // either process may die at any time, and no event says so
    while (!ended) {
      service.Revive();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  JobClient client(service.address());
  const v1::JobStatus status = client.Finish(client.Submit(reference.job(), "disturbed"));
  ended = true;
  reviver.join();
  EXPECT_TRUE(std::filesystem::exists(folder / "coordinator-died"));
  EXPECT_TRUE(std::filesystem::exists(folder / "worker-died"));
  EXPECT_EQ(FindingsOf(client, status), reference.findings());
}

INSTANTIATE_TEST_SUITE_P(Places, KillPlacesTest, testing::Range(std::size_t{0}, kAll.size()),
                         [](const auto& info) {
                           const std::string& worker = kAll[info.param].worker;
                           return worker.substr(0, worker.find(':'));
                         });

}  // namespace
}  // namespace rad
