#include "tests/simulation/workload.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/spec_defaults.h"
#include "tests/coordinator/sample_sweep.h"

namespace rad {
namespace {

// Few teachers, so that jobs share results, and wait for one another's.
std::string DrawTeacher(Dice& dice) { return absl::StrCat("/models/teacher-", dice.Between(1, 3), ".gguf"); }

std::uint32_t MostWorkers(const v1::Queue& queue, int workers) {
  const bool borrows = !queue.has_borrow() || queue.borrow();
  return borrows ? static_cast<std::uint32_t>(workers) : std::max(1u, queue.quota());
}

void DrawStudents(Dice& dice, v1::JobSpec& spec) {
  if (dice.Chance(0.5)) {
    spec.mutable_student()->add_heads("0.1");  // needs no ranking
  } else {
    spec.mutable_student()->set_head_budget(2);
  }
  spec.mutable_student()->set_state_dim(dice.Chance(0.5) ? 4 : 8);
  if (dice.Chance(0.4)) spec.add_controls()->set_head_budget(0);
  spec.mutable_data()->add_text("/text/*.txt");
  spec.mutable_data()->set_seed(dice.Between(1, 20));  // many results of their own
}

void DrawGang(Dice& dice, std::uint32_t most, v1::Resources& resources) {
  if (most < 2 || !dice.Chance(0.6)) return;
  const std::uint32_t max = dice.Between(2, static_cast<int>(most));
  resources.mutable_workers()->set_max(max);
  resources.mutable_workers()->set_min(dice.Between(1, static_cast<int>(max)));
  resources.set_max_workers(max);
}

}  // namespace

std::vector<v1::Queue> DrawQueues(Dice& dice, int workers) {
  std::vector<v1::Queue> queues;
  int left = workers;
  for (int number = dice.Between(0, 2); number > 0 && left > 0; --number) {
    v1::Queue& queue = queues.emplace_back();
    queue.set_name(absl::StrCat("queue-", number));
    queue.set_quota(dice.Between(1, left));
    if (dice.Chance(0.4)) queue.set_borrow(false);
    left -= static_cast<int>(queue.quota());
  }
  return queues;
}

v1::Job DrawJob(Dice& dice, const std::string& name, int workers, const std::vector<v1::Queue>& queues) {
  v1::Job job;
  job.set_kind(dice.Chance(0.25) ? v1::Job::ABLATION : v1::Job::DISTILLATION);
  job.mutable_metadata()->set_name(name);
  v1::JobSpec& spec = *job.mutable_spec();
  spec.mutable_teacher()->set_path(DrawTeacher(dice));
  spec.mutable_probe()->set_examples(8);
  spec.mutable_probe()->set_seed(dice.Between(1, 3));
  spec.set_priority(10 * dice.Between(-1, 1));
  std::uint32_t most = static_cast<std::uint32_t>(workers);
  if (!queues.empty() && dice.Chance(0.7)) {
    const v1::Queue& queue = dice.OneOf(queues);
    spec.set_queue(queue.name());
    most = MostWorkers(queue, workers);
  }
  if (job.kind() == v1::Job::DISTILLATION) {
    DrawStudents(dice, spec);
    DrawGang(dice, std::min(most, 4u), *spec.mutable_resources());
  }
  if (dice.Chance(0.05)) spec.mutable_failure()->set_max_run_seconds(dice.Between(10, 120));
  FillDefaults(job);
  return job;
}

v1::Sweep DrawSweep(Dice& dice, const std::string& name) {
  v1::Sweep sweep = BareSweep();
  sweep.mutable_metadata()->set_name(name);
  sweep.mutable_spec()->mutable_template_()->mutable_teacher()->set_path(DrawTeacher(dice));
  AddAxis(sweep, "student.head_budget", {"0", "2"});
  if (dice.Chance(0.5)) sweep.mutable_spec()->set_max_concurrent(1);
  FillSweepDefaults(sweep);
  return sweep;
}

}  // namespace rad
