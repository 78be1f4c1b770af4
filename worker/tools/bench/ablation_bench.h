// ablation_bench.h: how fast heads are scored, against the ways that others do it. Machines change their
// speed from minute to minute, so everything a figure divides is measured in turns within one sweep over all
// heads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/model/precision.h"
#include "worker/tools/bench/bench_row.h"

namespace rad {

struct AblationBench {
  std::filesystem::path model;
  std::filesystem::path peer_script;  // tests/bench/transformers_forward.py; its rows are left out without
  std::filesystem::path
      test_data;  // tests/data, with the heads measured beforehand that the race is tried on
  int examples = 32;
  int pairs = 10;
  Precision precision = FastestPrecision();  // of ours and of the peers
};

// Emits the rows as they are known. Messages on what was left out go to standard error.
absl::Status RunAblationBench(const AblationBench& bench, const EmitRow& emit);

}  // namespace rad
