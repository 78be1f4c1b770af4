// measure_agreement.h: how far the two measures of a head agree, whichever of them ranks: the drop in
// accuracy, which is what retrieval means, and the drop of the answer's log-probability, which tells heads
// apart on far fewer examples. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/head_race.h"

namespace rad {

// Accuracy counts with half an example added to each of lost, won, kept and missed, as in its interval: one
// answer of eight lost weighs less than four of 32.
struct MeasureAgreement {
  std::uint32_t top = 0;
  std::uint32_t shared = 0;     // heads among the best `top` by both
  double rank_correlation = 0;  // Spearman's, over all heads
};

MeasureAgreement AgreementOf(const std::vector<RankedHead>& ranking, std::uint32_t top);

std::string AgreementText(const MeasureAgreement& agreement);

}  // namespace rad
