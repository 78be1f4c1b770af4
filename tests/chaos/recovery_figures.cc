// recovery_figures [KILLS]: JSON lines that tell how soon a service notices a killed process and goes on,
// over so many real kills of each of executor, agent and coordinator. Under the plain name stands the figure
// that is limited, with its limit (95th percentile; of the work lost the most), beside it the median.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/chaos/chaos_form.h"
#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

constexpr char kStage[] = "distill/top-2";
constexpr std::uint32_t kEverySteps = 5;
constexpr int kLeaseSeconds = 10;  // the coordinator's default

// Steps of some hundred milliseconds, each of which is reported; more of them than are waited for. Each
// number has a training run of its own, after a ranking and an alignment that are the same for all.
v1::Job LongTraining(int number) {
  v1::Job job = ReferenceJob::Get().job();
  v1::JobSpec& spec = *job.mutable_spec();
  constexpr std::uint32_t kSequences = 64, kSteps = 10'000;
  spec.mutable_align()->set_tokens(10 * 2 * spec.data().sequence_tokens());
  spec.mutable_distill()->set_batch_sequences(kSequences);
  spec.mutable_distill()->set_tokens(kSteps * kSequences * spec.data().sequence_tokens());
  spec.mutable_distill()->set_learning_rate(1e-4 * (1 + 1e-3 * number));
  spec.mutable_checkpoint()->set_every_steps(kEverySteps);
  return job;
}

struct Samples {
  std::vector<double> executor_seen, lease_seen, next_step, lost_steps, step_seconds;
};

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1];
}

class Recovery {
 public:
  void KillExecutor() {
    const std::uint64_t done = Train();
    const auto begin = Clock::now();
    service_.KillExecutor();
    samples_.executor_seen.push_back(AwaitLoss(begin));
    AwaitNextStep(done, begin);
  }

  void KillAgent() {
    const std::uint64_t done = Train();
    const auto begin = Clock::now();
    service_.RestartWorker();
    samples_.lease_seen.push_back(AwaitLoss(begin));
    AwaitNextStep(done, begin);
  }

  // The executor goes on meanwhile.
  void KillCoordinator() {
    const std::uint64_t done = Train();
    const auto begin = Clock::now();
    service_.RestartCoordinator();
    const v1::JobStatus status = AwaitStep(done, 0);
    samples_.next_step.push_back(Seconds(Clock::now() - begin).count());
    EXPECT_EQ(StageNamed(status, kStage)->restarts(), 0u);
    client_.Cancel(job_id_);
  }

  const Samples& samples() const { return samples_; }

 private:
  // A new job, up to some step behind its first checkpoint: the steps that it has done.
  std::uint64_t Train() {
    ++jobs_;
    job_id_ = client_.Submit(LongTraining(jobs_), "job " + std::to_string(jobs_));
    const std::uint64_t enough = kEverySteps + 1 + random_() % (2 * kEverySteps);
    const v1::JobStatus status = AwaitStep(enough - 1, 0);
    const v1::Progress& progress = StageNamed(status, kStage)->progress();
    if (progress.rate_per_second() > 0) samples_.step_seconds.push_back(1 / progress.rate_per_second());
    return progress.step();
  }

  v1::JobStatus AwaitStep(std::uint64_t after, std::uint32_t restarts) {
    return client_.Follow(job_id_, [&](const v1::JobStatus& status) {
      const v1::StageStatus* stage = StageNamed(status, kStage);
      return stage != nullptr && stage->restarts() == restarts && stage->progress().step() > after;
    });
  }

  // Until users are told that the attempt is over.
  double AwaitLoss(Clock::time_point begin) {
    client_.Follow(job_id_,
                   [](const v1::JobStatus& status) { return StageNamed(status, kStage)->restarts() == 1; });
    return Seconds(Clock::now() - begin).count();
  }

  void AwaitNextStep(std::uint64_t done, Clock::time_point begin) {
    const std::uint64_t saved = client_.LatestCheckpointStep(job_id_, kStage);
    samples_.lost_steps.push_back(static_cast<double>(done) - static_cast<double>(saved));
    AwaitStep(saved, 1);
    samples_.next_step.push_back(Seconds(Clock::now() - begin).count());
    client_.Cancel(job_id_);
  }

  Service service_{ReferenceJob::Get().NewFolder(), 1, {.lease_seconds = kLeaseSeconds}};
  JobClient client_{service_.address()};
  std::mt19937_64 random_{Seed()};
  std::string job_id_;
  int jobs_ = 0;
  Samples samples_;
};

void Emit(const std::string& name, double value, const std::string& unit,
          std::optional<double> limit = std::nullopt) {
  nlohmann::ordered_json line = {{"name", name}, {"value", std::round(value * 1000) / 1000}, {"unit", unit}};
  if (limit) line["limit"] = *limit;
  std::cout << line << std::endl;
}

void EmitSeconds(const std::string& name, const std::vector<double>& values, double limit) {
  Emit(name, Quantile(values, 0.95), "s", limit);
  Emit(name + "_p50", Quantile(values, 0.5), "s");
}

int Main(int kills) {
  Recovery recovery;
  for (int kill = 0; kill < kills && !testing::Test::HasFailure(); ++kill) {
    recovery.KillExecutor();
    recovery.KillAgent();
    recovery.KillCoordinator();
  }
  if (testing::Test::HasFailure()) return 1;
  const Samples& samples = recovery.samples();
  EmitSeconds("executor_death_seen_s", samples.executor_seen, 1);
  EmitSeconds("lost_lease_seen_s", samples.lease_seen, 15);
  EmitSeconds("kill_to_next_step_s", samples.next_step, 30);
  Emit("lost_work_steps", Quantile(samples.lost_steps, 1), "steps", kEverySteps);
  Emit("lost_work_steps_p50", Quantile(samples.lost_steps, 0.5), "steps");
  Emit("checkpoint_every_steps", kEverySteps, "steps");
  Emit("step_s_p50", Quantile(samples.step_seconds, 0.5), "s");
  Emit("kills_of_each", kills, "kills");
  return 0;
}

}  // namespace
}  // namespace rad

int main(int argc, char** argv) {
  constexpr int kKills = 5;
  const int kills = argc > 1 ? std::atoi(argv[1]) : kKills;
  if (argc > 2 || kills <= 0) {
    std::cerr << "recovery_figures [KILLS of each process, default " << kKills << "]\n";
    return 2;
  }
  return rad::Main(kills);
}
