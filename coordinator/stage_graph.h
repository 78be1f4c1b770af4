// stage_graph.h: from a job to its stages: what is done, after what. Pure.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/record.pb.h"

namespace rad {

// The student's path in the spec, for messages: "spec.student", "spec.controls[1]".
struct NamedStudent {
  std::string field;
  const v1::Student* student = nullptr;
};
std::vector<NamedStudent> StudentsOf(const v1::Job& job);  // main student first; none for an Ablation

// The stages of a valid, defaulted job, each after those it depends on.
//   inspect -> rank -> select -+-------------------------> distill/<student> -> evaluate/<student>
//                   |          \-> roles                   |          \-> export/<main>
//                   |-> align (once for each size of SSM heads;
//                   |          with align.target layer instead once for each student, after select)
//                   \-> evaluate/teacher
// Where no student is chosen by the ranking and no ranking.top is asked for there is none, and what comes
// after it comes after inspect. An Ablation is inspect -> rank -> roles. Nothing waits for roles.
std::vector<v1::StageRecord> PlanStages(const v1::Job& job);

// A new job: its stages planned, its results empty.
v1::JobRecord NewJobRecord(const v1::Job& job);

}  // namespace rad
