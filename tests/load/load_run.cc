#include "tests/load/load_run.h"

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <thread>

#include "rad/v1/service.grpc.pb.h"
#include "tests/load/measured_coordinator.h"
#include "tests/load/submissions.h"

namespace rad {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

constexpr seconds kLongestWait{120};
constexpr seconds kQuietWindow{12};
constexpr int kMeasuredSubmits = 1000;
constexpr milliseconds kPause{10};
constexpr int kClients = 4;  // while the queue is filled
constexpr char kPasses[] = "rad_scheduling_pass_seconds";
constexpr char kTaskSeconds[] = "20";  // once tasks end

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

class LoadRun {
 public:
  LoadRun(const LoadSize& size, const std::filesystem::path& folder)
      : size_(size), folder_(folder), coordinator_(folder) {}

  LoadFigures Measure() {
    coordinator_.Start();
    StartFleet();
    Fill();
    MeasureQuiet();
    MeasureBusy();
    MeasureRestart();
    return figures_;
  }

 private:
  void Say(const std::string& what) const {
    std::cerr << size_.queued_jobs << " jobs, " << size_.workers << " workers: " << what << "\n";
  }

  void Await(const std::string& what, milliseconds every, const std::function<bool()>& holds) const {
    const auto begin = SteadyClock::now();
    while (!holds()) {
      if (SteadyClock::now() - begin > kLongestWait) {
        Say("in vain waited for " + what);
        std::exit(1);
      }
      std::this_thread::sleep_for(every);
    }
  }

  void StartFleet() {
    Say("workers connect");
    fleet_ = std::make_unique<Process>(
        "coordinator_load",
        std::vector<std::string>{"--fleet", coordinator_.address(), "--workers",
                                 std::to_string(size_.workers), "--task-seconds", kTaskSeconds},
        folder_ / "fleet.log");
    Await("the workers", milliseconds(200), [&] { return WorkersThatAre("idle") == size_.workers; });
  }

  int WorkersThatAre(const std::string& state) const {
    return static_cast<int>(coordinator_.Metric("rad_workers{state=\"" + state + "\"}"));
  }

  void Submit(Submissions submissions, double& p99_ms) {
    submissions.first = submitted_;
    const std::vector<double> taken = SubmitJobs(coordinator_.address(), submissions);
    submitted_ += submissions.count;
    p99_ms = std::max(p99_ms, 1000 * Percentile(taken, 99));
  }

  // Until every worker is busy and so many jobs wait.
  void Fill() {
    Say("jobs are submitted");
    int missing = size_.queued_jobs;
    while (missing > 0) {
      Submit({.count = missing, .clients = kClients}, figures_.fill_p99_ms);
      missing = size_.queued_jobs - static_cast<int>(coordinator_.Metric("rad_jobs{state=\"pending\"}"));
    }
    Await("busy workers", milliseconds(200), [&] { return WorkersThatAre("busy") == size_.workers; });
  }

  void MeasureQuiet() {
    Say("nothing but heartbeats and progress");
    std::this_thread::sleep_for(seconds(2));
    const double before = coordinator_.CpuSeconds();
    const auto begin = SteadyClock::now();
    std::this_thread::sleep_for(kQuietWindow);
    figures_.heartbeat_core_share = (coordinator_.CpuSeconds() - before) / SecondsSince(begin);
  }

  void MeasureBusy() {
    Say("tasks end, and jobs are submitted");
    KillProcess(fleet_->pid(), SIGUSR1);
    const Histogram passes_before = coordinator_.MetricHistogram(kPasses);
    const double before = coordinator_.CpuSeconds();
    const auto begin = SteadyClock::now();
    Submit({.count = kMeasuredSubmits, .pause = kPause}, figures_.submit_p99_ms);
    figures_.busy_core_share = (coordinator_.CpuSeconds() - before) / SecondsSince(begin);
    const Histogram passes = coordinator_.MetricHistogram(kPasses) - passes_before;
    figures_.passes_per_second = passes.count() / SecondsSince(begin);
    figures_.pass_mean_ms = 1000 * passes.mean();
    figures_.pass_p99_ms = 1000 * passes.Quantile(0.99);
    TakePeakMemory();
  }

  void TakePeakMemory() {
    figures_.memory_mb = std::max(figures_.memory_mb, coordinator_.PeakMemoryBytes() / 1e6);
  }

  // Until users and workers are served: a list of jobs comes, and a worker is back with what it runs.
  void MeasureRestart() {
    Say("the coordinator is killed and started again");
    coordinator_.Kill();
    const auto begin = SteadyClock::now();
    coordinator_.Start();
    const auto jobs = v1::JobService::NewStub(
        grpc::CreateChannel(coordinator_.address(), grpc::InsecureChannelCredentials()));
    Await("an answer", milliseconds(5), [&] {
      grpc::ClientContext context;
      v1::ListResponse response;
      return jobs->List(&context, {}, &response).ok() && response.jobs_size() > 0;
    });
    Await("a worker", milliseconds(5), [&] { return BusyWorkers(*jobs) > 0; });
    figures_.restart_to_serving_s = SecondsSince(begin);
    Await("all workers", milliseconds(50), [&] { return BusyWorkers(*jobs) >= 0.99 * size_.workers; });
    figures_.restart_to_all_workers_s = SecondsSince(begin);
    std::this_thread::sleep_for(seconds(2));
    TakePeakMemory();
  }

  static int BusyWorkers(v1::JobService::Stub& jobs) {
    grpc::ClientContext context;
    v1::ListWorkersResponse response;
    if (!jobs.ListWorkers(&context, {}, &response).ok()) return 0;
    return static_cast<int>(
        std::count_if(response.workers().begin(), response.workers().end(),
                      [](const v1::WorkerStatus& worker) { return worker.state() == "busy"; }));
  }

  const LoadSize size_;
  const std::filesystem::path folder_;
  MeasuredCoordinator coordinator_;
  std::unique_ptr<Process> fleet_;
  int submitted_ = 0;
  LoadFigures figures_;
};

}  // namespace

LoadFigures MeasureLoad(const LoadSize& size, const std::filesystem::path& folder) {
  return LoadRun(size, folder).Measure();
}

}  // namespace rad
