// ranking_notes.h: how far a ranking can be relied upon, in words.
#pragma once

#include <string>

#include "rad/v1/service.pb.h"

namespace rad::cli {

// Lines on what is certain, what the ranking cost, and how far the two measures agree.
std::string RankingNotes(const v1::Ranked& ranking);

}  // namespace rad::cli
