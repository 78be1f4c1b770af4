#include "worker/ablation/roles_task.h"
#include "worker/tasks/probe_files.h"
#include "worker/tasks/spec.h"
#include "worker/tasks/teacher_check.h"
#include "worker/tasks/work.h"

namespace rad {
namespace {

v1::HeadRole::Role ToProto(Role role) {
  switch (role) {
    case Role::kGather:
      return v1::HeadRole::GATHER;
    case Role::kAggregate:
      return v1::HeadRole::AGGREGATE;
    case Role::kMixed:
      return v1::HeadRole::MIXED;
    case Role::kOther:
      break;
  }
  return v1::HeadRole::OTHER;
}

v1::HeadRole ToProto(const HeadRole& role) {
  v1::HeadRole message;
  message.mutable_head()->set_layer(static_cast<std::uint32_t>(role.head.layer));
  message.mutable_head()->set_head(static_cast<std::uint32_t>(role.head.head));
  message.set_role(ToProto(role.role()));
  message.set_gather(role.gather);
  message.set_gather_if_equal(role.gather_if_equal);
  message.set_aggregate(role.aggregate);
  message.set_aggregate_if_equal(role.aggregate_if_equal);
  message.set_attribution(role.attribution);
  return message;
}

}  // namespace

absl::StatusOr<v1::HeadRoles> Classify(const v1::ClassifyHeads& work, Precision precision, TaskHost& host) {
  const auto probe = CheckedProbe(work.probe(), work.probe_files(), ProbeSplit::kRank, work.probe().seed());
  if (!probe.ok()) return probe.status();
  const auto teacher = CheckedTeacher(work.teacher(), work.teacher_digest());
  if (!teacher.ok()) return teacher.status();
  const auto roles = RunRolesTask({.teacher = *teacher,
                                   .precision = precision,
                                   .probe = *probe,
                                   .examples = static_cast<int>(work.examples()),
                                   .heads = HeadsOf(work.heads())},
                                  host);
  if (!roles.ok()) return roles.status();
  v1::HeadRoles message;
  message.set_examples(work.examples());
  for (const HeadRole& role : *roles) *message.add_heads() = ToProto(role);
  return message;
}

}  // namespace rad
