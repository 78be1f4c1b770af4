#include "coordinator/roles_stage.h"

#include <algorithm>
#include <set>

#include "coordinator/job_probes.h"
#include "coordinator/rank_stage.h"
#include "coordinator/stage_graph.h"
#include "coordinator/work_digest.h"

namespace rad {
namespace {

// A Gather head's share is a mean over all pairs, an Aggregate head's over the questions: so many examples
// tell the one to a few percent and the other well enough for its role.
constexpr std::uint32_t kRoleExamples = 16;

}  // namespace

std::vector<HeadRef> HeadsWithRole(const v1::JobRecord& job, const std::vector<RankedHead>& ranking) {
  std::set<HeadRef> heads;
  for (const NamedStudent& named : StudentsOf(job.job())) {
    if (named.student->placement() != v1::Student::TOP) continue;
    for (const v1::Head& head : StudentNamed(job, named.student->name()).kept())
      heads.insert({head.layer(), head.head()});
  }
  if (job.job().kind() == v1::Job::ABLATION) {
    const std::size_t top = std::min<std::size_t>(RaceOptionsOf(job).top, ranking.size());
    for (std::size_t i = 0; i < top; ++i) heads.insert(ranking[i].head);
  }
  return {heads.begin(), heads.end()};
}

PlannedTask RolesTask(const v1::JobRecord& job, const std::vector<HeadRef>& heads) {
  const v1::JobSpec& spec = job.job().spec();
  PlannedTask task = NewTask(job);
  v1::ClassifyHeads& classify = *task.work.mutable_classify();
  *classify.mutable_teacher() = spec.teacher();
  classify.set_teacher_digest(job.teacher().digest());
  *classify.mutable_probe() = WhatMakesExamples(spec.probe());
  *classify.mutable_probe_files() = ProbeFilesOf(job, 0);
  classify.set_examples(std::min(kRoleExamples, spec.probe().examples()));
  AddHeads(heads, *classify.mutable_heads());
  return task;
}

}  // namespace rad
