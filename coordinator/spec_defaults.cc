#include "coordinator/spec_defaults.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "coordinator/data_validation.h"
#include "coordinator/queue_settings.h"

namespace rad {
namespace {

// Sets an optional field that was not written.
#define RAD_DEFAULT(message, field, value) \
  if (!(message).has_##field()) (message).set_##field(value)

void FillProbe(v1::Probe& probe, std::uint32_t examples) {
  if (probe.task() == v1::Probe::TASK_UNSPECIFIED) probe.set_task(v1::Probe::KV_RETRIEVAL);
  if (probe.template_() == v1::Probe::TEMPLATE_UNSPECIFIED) probe.set_template_(v1::Probe::QA);
  RAD_DEFAULT(probe, pairs, probe.task() == v1::Probe::NEEDLE ? 4 : 10);
  if (probe.task() == v1::Probe::MULTI_VALUE) RAD_DEFAULT(probe, values_per_key, 2);
  if (probe.task() == v1::Probe::NEEDLE) RAD_DEFAULT(probe, context_tokens, 256);
  RAD_DEFAULT(probe, examples, examples);
  RAD_DEFAULT(probe, seed, 1);
  RAD_DEFAULT(probe, min_teacher_accuracy, 0.5);
}

// "needle"; where another probe has that name already, "needle-2".
std::string FreeProbeName(const v1::Probe& probe, const std::set<std::string>& taken) {
  const std::string task = absl::AsciiStrToLower(v1::Probe::Task_Name(probe.task()));
  std::string name = task;
  for (int number = 2; taken.contains(name); ++number) name = absl::StrCat(task, "-", number);
  return name;
}

void FillProbes(v1::JobSpec& spec) {
  FillProbe(*spec.mutable_probe(), 128);  // at most: a race seldom runs many heads on all of them
  std::vector<v1::Probe*> probes = {spec.mutable_probe()};
  for (v1::Probe& probe : *spec.mutable_probes()) {
    FillProbe(probe, spec.probe().examples());
    probes.push_back(&probe);
  }
  std::set<std::string> taken;
  for (const v1::Probe* probe : probes) taken.insert(probe->name());
  for (v1::Probe* probe : probes) {
    if (probe->name().empty()) probe->set_name(FreeProbeName(*probe, taken));
    taken.insert(probe->name());
  }
}

void FillRanking(v1::Ranking& ranking) {
  if (ranking.method() == v1::Ranking::METHOD_UNSPECIFIED) ranking.set_method(v1::Ranking::RACE);
  if (ranking.by() == v1::Ranking::MEASURE_UNSPECIFIED) ranking.set_by(v1::Ranking::LOGPROB);
  if (ranking.combine() == v1::Ranking::COMBINE_UNSPECIFIED) ranking.set_combine(v1::Ranking::MEAN);
  RAD_DEFAULT(ranking, delta, 0.05);
}

// Where no student says how many of the best heads are to be told from the others.
void FillTop(v1::JobSpec& spec) { RAD_DEFAULT(*spec.mutable_ranking(), top, 5); }

// Sized by something whose number of heads only the ranking tells.
bool IsSizedByDrops(const v1::Student& student) { return student.has_bytes() || student.has_drop_target(); }

bool IsSized(const v1::Student& student) {
  return student.has_head_budget() || student.has_head_share() || student.heads_size() > 0 ||
         student.has_every_layers() || IsSizedByDrops(student);
}

// As in published layer-wise hybrids.
void FillLayerWise(v1::Student& student) {
  if (student.placement() == v1::Student::LAYER_WISE && !IsSized(student)) student.set_every_layers(4);
}

void FillMainStudent(v1::Student& student) {
  FillLayerWise(student);
  if (!IsSized(student)) student.set_head_budget(5);
  if (student.join() == v1::Student::JOIN_UNSPECIFIED) student.set_join(v1::Student::REPLACE);
  if (student.has_bytes()) RAD_DEFAULT(student, context_tokens, 2048);
  RAD_DEFAULT(student, state_dim, 8);
}

void CopySize(const v1::Student& main, v1::Student& control) {
  if (main.has_head_budget()) control.set_head_budget(main.head_budget());
  if (main.has_head_share()) control.set_head_share(main.head_share());
  if (main.has_bytes()) control.set_bytes(main.bytes());
  if (main.has_bytes()) control.set_context_tokens(main.context_tokens());
  if (main.has_drop_target()) control.set_drop_target(main.drop_target());
  if (main.heads_size() > 0) control.set_head_budget(main.heads_size());
}

// A control is like the main student but for what it says itself, so that the two compare.
void FillControl(const v1::Student& main, v1::Student& control) {
  FillLayerWise(control);
  if (!IsSized(control)) CopySize(main, control);
  if (control.join() == v1::Student::JOIN_UNSPECIFIED) {
    control.set_join(control.placement() == v1::Student::LAYER_WISE ? v1::Student::REPLACE : main.join());
  }
  RAD_DEFAULT(control, state_dim, main.state_dim());
  if (main.has_head_dim()) RAD_DEFAULT(control, head_dim, main.head_dim());
  if (control.has_bytes()) RAD_DEFAULT(control, context_tokens, 2048);
}

void FillPlacement(v1::Student& student) {
  if (student.placement() == v1::Student::PLACEMENT_UNSPECIFIED) student.set_placement(v1::Student::TOP);
  RAD_DEFAULT(student, seed, 1);
}

std::string SizeName(const v1::Student& student) {
  if (student.has_head_share()) return absl::StrCat("share-", student.head_share());
  if (student.has_bytes()) return absl::StrCat("bytes-", student.bytes());
  if (student.has_drop_target()) return absl::StrCat("drop-", student.drop_target());
  return absl::StrCat(student.heads_size() > 0 ? student.heads_size() : student.head_budget());
}

std::string BaseName(const v1::Student& student) {
  if (student.has_head_budget() && student.head_budget() == 0) return "no-heads";
  if (student.heads_size() > 0) return absl::StrCat("given-", SizeName(student));
  if (student.placement() == v1::Student::LAYER_WISE)
    return absl::StrCat("layer-wise-", student.every_layers());
  if (student.placement() == v1::Student::RANDOM) return absl::StrCat("random-", SizeName(student));
  if (student.placement() == v1::Student::UNIFORM) return absl::StrCat("uniform-", SizeName(student));
  return absl::StrCat(student.preset().empty() ? "top-" : "published-", SizeName(student));
}

// "top-5"; where another student has that name already, what else tells them apart is added: "top-5-n16",
// "top-5-p32", "top-5-adapter", "random-5-seed2", "random-5-n16-seed2".
std::string FreeName(const v1::Student& student, const v1::Student& main,
                     const std::set<std::string>& taken) {
  std::string name = BaseName(student);
  if (taken.contains(name) && student.state_dim() != main.state_dim()) {
    absl::StrAppend(&name, "-n", student.state_dim());
  }
  if (taken.contains(name) && student.head_dim() != main.head_dim()) {
    absl::StrAppend(&name, "-p", student.head_dim());
  }
  if (taken.contains(name) && student.join() != main.join()) {
    absl::StrAppend(&name, "-", absl::AsciiStrToLower(v1::Student::Join_Name(student.join())));
  }
  if (taken.contains(name)) absl::StrAppend(&name, "-seed", student.seed());
  return name;
}

void FillStudents(v1::JobSpec& spec) {
  FillMainStudent(*spec.mutable_student());
  FillPlacement(*spec.mutable_student());
  std::vector<v1::Student*> students = {spec.mutable_student()};
  for (v1::Student& control : *spec.mutable_controls()) {
    FillControl(spec.student(), control);
    FillPlacement(control);
    students.push_back(&control);
  }
  std::set<std::string> taken;
  for (v1::Student* student : students) taken.insert(student->name());
  for (v1::Student* student : students) {
    if (student->name().empty()) student->set_name(FreeName(*student, spec.student(), taken));
    taken.insert(student->name());
    if (IsSizedByDrops(*student)) FillTop(spec);
  }
}

bool Asks(const v1::Evaluate& evaluate, v1::Evaluate::Task task) {
  return std::count(evaluate.tasks().begin(), evaluate.tasks().end(), task) > 0;
}

void FillEvaluate(v1::JobSpec& spec) {
  v1::Evaluate& evaluate = *spec.mutable_evaluate();
  const bool wants_text = evaluate.tasks().empty() || Asks(evaluate, v1::Evaluate::PERPLEXITY);
  RAD_DEFAULT(evaluate, examples, 128);
  RAD_DEFAULT(evaluate, text_tokens, !NamesText(spec.data()) || !wants_text ? 0 : 4096);
  RAD_DEFAULT(evaluate, seed, 1);
  RAD_DEFAULT(evaluate, context_tokens, 256);
  if (evaluate.tasks().empty()) {
    evaluate.add_tasks(v1::Evaluate::KV_RETRIEVAL);
    if (evaluate.text_tokens() > 0) evaluate.add_tasks(v1::Evaluate::PERPLEXITY);
  }
  if (evaluate.pairs().empty() && Asks(evaluate, v1::Evaluate::KV_RETRIEVAL))
    evaluate.add_pairs(spec.probe().pairs());
}

void FillData(v1::Data& data) {
  RAD_DEFAULT(data, retrieval_share, 0.5);
  RAD_DEFAULT(data, teacher_share, 0);
  RAD_DEFAULT(data, sequence_tokens, 128);
  RAD_DEFAULT(data, held_out_share, 0.1);
  RAD_DEFAULT(data, seed, 1);
  for (v1::DataSource& source : *data.mutable_sources()) {
    RAD_DEFAULT(source, weight, 1);
    if (!source.jsonl().empty() && source.field().empty()) source.set_field("text");
  }
}

void FillTraining(v1::JobSpec& spec) {
  FillData(*spec.mutable_data());
  v1::Align& align = *spec.mutable_align();
  RAD_DEFAULT(align, tokens, 40'000);
  RAD_DEFAULT(align, learning_rate, 1e-3);
  RAD_DEFAULT(align, batch_sequences, 4);
  RAD_DEFAULT(align, warmup_share, 0.03);
  RAD_DEFAULT(align, decay_share, 0.5);
  if (align.target() == v1::Align::TARGET_UNSPECIFIED) align.set_target(v1::Align::HEAD);
  v1::Distill& distill = *spec.mutable_distill();
  RAD_DEFAULT(distill, tokens, 15'000);
  RAD_DEFAULT(distill, learning_rate, 3e-4);
  RAD_DEFAULT(distill, batch_sequences, 3);
  RAD_DEFAULT(distill, temperature, 1);
  RAD_DEFAULT(distill, warmup_share, 0.03);
  RAD_DEFAULT(distill, decay_share, 0.5);
  RAD_DEFAULT(distill, next_token_weight, 0);
  RAD_DEFAULT(distill, hidden_weight, 0);
  RAD_DEFAULT(distill, weight_decay, 0);
  RAD_DEFAULT(distill, micro_batch_sequences, distill.batch_sequences());
  if (distill.train() == v1::TRAIN_UNSPECIFIED) distill.set_train(v1::MIXERS);
  RAD_DEFAULT(distill, recompute, false);
  RAD_DEFAULT(distill, shard_optimizer, false);
  v1::Checkpoint& checkpoint = *spec.mutable_checkpoint();
  RAD_DEFAULT(checkpoint, every_steps, 40);
  RAD_DEFAULT(checkpoint, keep_latest, 2);
  RAD_DEFAULT(checkpoint, keep_best, false);
}

// A min alone asks for just as many, a max alone for as many as there are up to it.
void FillWorkers(v1::WorkerRange& workers) {
  RAD_DEFAULT(workers, max, workers.has_min() ? workers.min() : 1);
  RAD_DEFAULT(workers, min, 1);
}

}  // namespace

void FillDefaults(v1::Job& job) {
  v1::JobSpec& spec = *job.mutable_spec();
  FillProbes(spec);
  FillRanking(*spec.mutable_ranking());
  if (spec.precision() == v1::PRECISION_UNSPECIFIED) spec.set_precision(v1::AUTO);
  if (spec.queue().empty()) spec.set_queue(kDefaultQueue);
  RAD_DEFAULT(spec, priority, 0);
  RAD_DEFAULT(*spec.mutable_failure(), max_restarts, 3);
  RAD_DEFAULT(*spec.mutable_failure(), max_run_seconds, 0);
  RAD_DEFAULT(*spec.mutable_failure(), hang_seconds, 60);
  RAD_DEFAULT(*spec.mutable_resources(), max_workers, 64);
  if (job.kind() == v1::Job::ABLATION) FillTop(spec);
  if (job.kind() != v1::Job::DISTILLATION) return;
  FillStudents(spec);
  FillTraining(spec);
  FillEvaluate(spec);
  FillWorkers(*spec.mutable_resources()->mutable_workers());
}

#undef RAD_DEFAULT

}  // namespace rad
