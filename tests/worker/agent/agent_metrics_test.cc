// What Prometheus sees of a worker, scraped from the real process.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/harness/scrape.h"
#include "tests/worker/agent/worker_process.h"
#include "tests/worker/fakes/fake_coordinator.h"

namespace rad {
namespace {

bool Has(const std::string& metrics, const std::string& line) {
  return metrics.find(line) != std::string::npos;
}

v1::Task TaskThat(const std::string& script) {
  v1::Task task;
  task.set_job_id("job-1");
  task.set_task_id("task-1");
  task.set_stage("distill/top-5");
  task.mutable_work()->mutable_inspect()->mutable_teacher()->set_path(script);
  return task;
}

bool IsProgress(const v1::WorkerMessage& message) {
  return message.has_progress() && message.progress().progress().done() > 0;
}
bool IsFinished(const v1::WorkerMessage& message) { return message.has_finished(); }

TEST(AgentMetricsTest, ARunningTaskIsMirroredAndGoneOnceItEnds) {
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("run"));
  coordinator.Await(IsProgress);
  const std::string running = Scrape(worker.MetricsPort());
  EXPECT_TRUE(Has(running, "\nrad_worker_executors_running 1\n")) << running;
  EXPECT_TRUE(Has(running, "rad_worker_task_progress_ratio{job=\"job-1\",stage=\"distill/top-5\"} 0.25\n"))
      << running;
  EXPECT_TRUE(Has(running, "rad_worker_task_loss{job=\"job-1\",stage=\"distill/top-5\",term=\"kd\"} 0.5\n"));
  EXPECT_TRUE(Has(running, "kind=\"weights\"} 1000\n"));
  EXPECT_TRUE(Has(running, "\nrad_worker_executor_resident_memory_bytes "));

  v1::Directive stop;
  stop.mutable_stop()->set_task_id("task-1");
  coordinator.Direct(stop);
  coordinator.Await(IsFinished);
  const std::string idle = Scrape(worker.MetricsPort());
  EXPECT_TRUE(Has(idle, "\nrad_worker_executors_running 0\n")) << idle;
  EXPECT_FALSE(Has(idle, "job-1"));
  EXPECT_TRUE(Has(idle, "rad_worker_executor_exits_total{outcome=\"cancelled\"} 1\n"));
  EXPECT_TRUE(Has(idle, "rad_worker_executor_exits_total{outcome=\"crashed\"} 0\n"));
}

TEST(AgentMetricsTest, PromtoolFindsNothingToSay) {
  if (std::system("command -v promtool > /dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
  FakeCoordinator coordinator;
  WorkerProcess worker(coordinator.address());
  coordinator.StartTask(TaskThat("run"));
  coordinator.Await(IsProgress);
  FILE* promtool = popen("promtool check metrics", "w");
  ASSERT_NE(promtool, nullptr);
  std::fputs(Scrape(worker.MetricsPort()).c_str(), promtool);
  EXPECT_EQ(pclose(promtool), 0);
}

}  // namespace
}  // namespace rad
