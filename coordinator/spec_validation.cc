#include "coordinator/spec_validation.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "coordinator/data_validation.h"
#include "coordinator/evaluate_validation.h"
#include "coordinator/failure_validation.h"
#include "coordinator/job_probes.h"
#include "coordinator/probe_validation.h"
#include "coordinator/queue_settings.h"
#include "coordinator/student_validation.h"

namespace rad {
namespace {

constexpr int kMaxProbes = 16;
constexpr std::uint32_t kMaxExamples = 100'000;
constexpr std::uint32_t kMaxHeads = 100'000;
constexpr double kMinDelta = 1e-9;
constexpr std::uint64_t kMaxTokens = 1'000'000'000'000;
constexpr std::size_t kMaxNameBytes = 63;
constexpr int kMaxStudents = 64;
constexpr std::int32_t kLeastPriority = -1000, kHighestPriority = 1000;
constexpr std::uint32_t kMaxGang = 1024;  // every rank connects to every other

// Names go into file names, metric labels and URLs.
bool IsName(absl::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes || !absl::ascii_isalnum(text[0])) return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

void CheckMetadata(const v1::Metadata& metadata, Violations& found) {
  CheckName("metadata.name", metadata.name(), found);
  for (const auto& [key, value] : metadata.labels()) {
    CheckName(absl::StrCat("metadata.labels.", key), key, found);
    if (value.size() > kMaxNameBytes) {
      found.Add(absl::StrCat("metadata.labels.", key),
                absl::StrCat("is longer than ", kMaxNameBytes, " bytes"));
    }
  }
}

void CheckTeacher(const v1::Teacher& teacher, Violations& found) {
  if (teacher.path().empty()) {
    found.Add("spec.teacher.path", "is missing; give a GGUF file or a Hugging Face folder");
  } else if (!absl::StartsWith(teacher.path(), "/")) {
    found.Add("spec.teacher.path", absl::StrCat("is \"", teacher.path(),
                                                "\", which is relative; workers need an ", "absolute path"));
  }
}

// Every probe has a name of its own and as many examples as the first: a look compares heads on the same
// ones.
void CheckProbes(const v1::JobSpec& spec, Violations& found) {
  std::set<std::string> names;
  for (const auto& [field, probe] : ProbesOf(spec)) {
    CheckProbe(*probe, field, found);
    CheckName(field + ".name", probe->name(), found);
    if (!names.insert(probe->name()).second) {
      found.Add(field + ".name",
                absl::StrCat("is \"", probe->name(), "\", which another probe has; give another"));
    }
    if (probe->examples() == spec.probe().examples()) continue;
    found.Add(field + ".examples", absl::StrCat("is ", probe->examples(), ", but spec.probe.examples is ",
                                                spec.probe().examples(), "; give every probe as many"));
  }
  if (spec.probes_size() > kMaxProbes) {
    found.Add("spec.probes", absl::StrCat("has ", spec.probes_size(), " probes; give at most ", kMaxProbes));
  }
}

void CheckRanking(const v1::Ranking& ranking, Violations& found) {
  if (!(ranking.delta() >= kMinDelta && ranking.delta() <= 0.5)) {
    found.Add("spec.ranking.delta",
              absl::StrCat("is ", ranking.delta(), "; give the probability of an error, ", kMinDelta,
                           " to 0.5, such as 0.05"));
  }
  if (ranking.has_top()) found.Range("spec.ranking.top", ranking.top(), 1u, kMaxHeads);
}

void CheckRate(const std::string& section, double rate, Violations& found) {
  if (rate > 0 && rate <= 1) return;
  found.Add(section + ".learning_rate",
            absl::StrCat("is ", rate, "; give more than 0 and at most 1, such as 1e-3"));
}

void CheckSchedule(const std::string& section, double warmup_share, double decay_share, Violations& found) {
  found.Range(section + ".warmup_share", warmup_share, 0.0, 1.0);
  found.Range(section + ".decay_share", decay_share, 0.0, 1.0);
  if (warmup_share + decay_share <= 1) return;
  found.Add(section + ".decay_share",
            absl::StrCat("is ", decay_share, ", which with a warmup_share of ", warmup_share,
                         " is more than all steps; give at most ", 1 - warmup_share));
}

void CheckStudents(const v1::JobSpec& spec, Violations& found) {
  std::set<std::string> names = {"teacher"};
  auto check = [&](const v1::Student& student, const std::string& field) {
    CheckStudent(student, field, found);
    CheckName(field + ".name", student.name(), found);
    if (names.insert(student.name()).second) return;
    found.Add(field + ".name",
              absl::StrCat("is \"", student.name(), "\", which another student has; give another"));
  };
  check(spec.student(), "spec.student");
  for (int i = 0; i < spec.controls_size(); ++i)
    check(spec.controls(i), absl::StrCat("spec.controls[", i, "]"));
  if (spec.controls_size() > kMaxStudents) {
    found.Add("spec.controls",
              absl::StrCat("has ", spec.controls_size(), " students; give at most ", kMaxStudents));
  }
}

void CheckLoss(const v1::Distill& distill, Violations& found) {
  found.Range("spec.distill.temperature", distill.temperature(), 0.01, 100.0);
  found.Range("spec.distill.next_token_weight", distill.next_token_weight(), 0.0, 1000.0);
  found.Range("spec.distill.hidden_weight", distill.hidden_weight(), 0.0, 1000.0);
  found.Range("spec.distill.weight_decay", distill.weight_decay(), 0.0, 10.0);
  found.Range("spec.distill.micro_batch_sequences", distill.micro_batch_sequences(), 1u,
              std::max(1u, distill.batch_sequences()), "no more than batch_sequences");
}

void CheckTraining(const v1::JobSpec& spec, Violations& found) {
  found.Range("spec.align.tokens", spec.align().tokens(), std::uint64_t{1}, kMaxTokens);
  CheckRate("spec.align", spec.align().learning_rate(), found);
  found.Range("spec.align.batch_sequences", spec.align().batch_sequences(), 1u, 65536u);
  CheckSchedule("spec.align", spec.align().warmup_share(), spec.align().decay_share(), found);
  found.Range("spec.distill.tokens", spec.distill().tokens(), std::uint64_t{1}, kMaxTokens);
  CheckRate("spec.distill", spec.distill().learning_rate(), found);
  found.Range("spec.distill.batch_sequences", spec.distill().batch_sequences(), 1u, 65536u);
  CheckSchedule("spec.distill", spec.distill().warmup_share(), spec.distill().decay_share(), found);
  CheckLoss(spec.distill(), found);
  found.Range("spec.checkpoint.keep_latest", spec.checkpoint().keep_latest(), 1u, 1000u);
  if (spec.checkpoint().has_quota_bytes() && spec.checkpoint().quota_bytes() == 0) {
    found.Add("spec.checkpoint.quota_bytes",
              "is 0, so that no checkpoint could be saved; give bytes, such as 2G, or leave it out");
  }
}

void CheckWorkers(const v1::JobSpec& spec, Violations& found) {
  const v1::WorkerRange& workers = spec.resources().workers();
  found.Range("spec.resources.workers.max", workers.max(), 1u, kMaxGang);
  found.Range("spec.resources.workers.min", workers.min(), 1u,
              std::max(1u, std::min(workers.max(), spec.resources().max_workers())),
              "as workers.max and max_workers allow");
  if (spec.distill().batch_sequences() < workers.max()) {
    found.Add("spec.resources.workers.max",
              absl::StrCat("is ", workers.max(), ", but spec.distill.batch_sequences is ",
                           spec.distill().batch_sequences(), "; every worker needs a sequence"));
  }
  if (spec.distill().shard_optimizer() && workers.max() == 1) {
    found.Add("spec.distill.shard_optimizer",
              "is true, but spec.resources.workers.max is 1; give more workers to share it out to");
  }
}

void CheckQueue(const v1::JobSpec& spec, const std::set<std::string>& queues, Violations& found) {
  found.Range("spec.priority", spec.priority(), kLeastPriority, kHighestPriority);
  if (spec.queue() == kDefaultQueue || queues.contains(spec.queue())) return;
  found.Add("spec.queue", absl::StrCat("is \"", spec.queue(), "\", which does not exist; give ",
                                       absl::StrJoin(queues, ", "), queues.empty() ? "" : " or ",
                                       kDefaultQueue, ", or make it: radctl queue put ", spec.queue()));
}

void CheckResources(const v1::Resources& resources, Violations& found) {
  found.Range("spec.resources.max_workers", resources.max_workers(), 1u, 100'000u);
  const std::string& device = resources.device();
  if (!device.empty() && device != "cpu" && device != "cuda") {
    found.Add("spec.resources.device",
              absl::StrCat("is \"", device, "\"; give cpu or cuda, or leave it out"));
  }
  for (const auto& [key, value] : resources.worker_labels()) {
    const std::string field = absl::StrCat("spec.resources.worker_labels.", key);
    CheckName(field, key, found);
    if (value.empty()) found.Add(field, "is empty; give the value that the workers' label has");
  }
}

// An Ablation that carries a student would silently train none.
void CheckNoTraining(const v1::JobSpec& spec, Violations& found) {
  auto refuse = [&](bool written, absl::string_view field) {
    if (written) found.Add(field, "is for kind: Distillation; an Ablation only ranks heads. Remove it");
  };
  refuse(spec.has_student(), "spec.student");
  refuse(spec.controls_size() > 0, "spec.controls");
  refuse(spec.has_data(), "spec.data");
  refuse(spec.has_align(), "spec.align");
  refuse(spec.has_distill(), "spec.distill");
  refuse(spec.has_evaluate(), "spec.evaluate");
  refuse(spec.has_checkpoint(), "spec.checkpoint");
  refuse(spec.resources().has_workers(), "spec.resources.workers");
}

}  // namespace

void CheckName(absl::string_view field, absl::string_view name, Violations& found) {
  if (IsName(name)) return;
  found.Add(field, absl::StrCat("is \"", name, "\"; give 1 to ", kMaxNameBytes,
                                " letters, digits, '-', '_' or '.', the first a letter or digit"));
}

Violations ValidateJob(const v1::Job& job, const std::set<std::string>& queues) {
  Violations found;
  const v1::JobSpec& spec = job.spec();
  if (job.kind() != v1::Job::ABLATION && job.kind() != v1::Job::DISTILLATION) {
    found.Add("kind", "is missing or unknown; give Ablation or Distillation");
  }
  CheckMetadata(job.metadata(), found);
  CheckTeacher(spec.teacher(), found);
  CheckProbes(spec, found);
  CheckRanking(spec.ranking(), found);
  if (!v1::Precision_IsValid(spec.precision())) {
    found.Add("spec.precision", absl::StrCat("is ", spec.precision(), "; give auto, bfloat16 or float32"));
  }
  CheckFailure(spec.failure(), found);
  CheckQueue(spec, queues, found);
  CheckResources(spec.resources(), found);
  if (job.kind() == v1::Job::ABLATION) CheckNoTraining(spec, found);
  if (job.kind() != v1::Job::DISTILLATION) return found;
  CheckStudents(spec, found);
  CheckData(spec.data(), found);
  CheckTraining(spec, found);
  CheckEvaluate(spec, found);
  CheckWorkers(spec, found);
  return found;
}

}  // namespace rad
