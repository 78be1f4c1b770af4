// work_digest.h: the name of all that determines a task's result. A digest that is known is not computed
// again.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/plan.pb.h"
#include "rad/v1/result.pb.h"

namespace rad {

// Hex SHA-256 over the work (without the paths of the teacher and of the files of probe and data: their
// digests say more), the inputs' artifacts and the version of the code that does this kind of work.
std::string WorkDigest(const v1::Work& work, const std::vector<v1::Input>& inputs);

// The probe without what changes none of its examples: how many there are, the floor and the name.
v1::Probe WhatMakesExamples(v1::Probe probe);

// What determines the scores of a teacher's heads on a probe: example i is the same whatever number of
// examples is asked for, and wherever the files lie.
v1::ScoreOrigin ScoreOriginOf(const std::string& teacher_digest, const v1::Probe& probe,
                              const v1::ProbeFiles& files, v1::Precision precision);

// Of the scores that this work, a ScoreHeads, finds.
v1::ScoreOrigin ScoreOriginOf(const v1::Work& work);

// Names the scores of that origin.
std::string ScoreKey(const v1::ScoreOrigin& origin);

}  // namespace rad
