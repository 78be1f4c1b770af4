// train_bench.h: how fast and in how little memory a student is trained, against the same step in eager
// PyTorch (tests/bench/eager_training.py), and what checkpoints cost. Batches are the quickstart's.
// Everything a figure divides is measured in turns.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "worker/tools/bench/bench_row.h"

namespace rad {

struct TrainBench {
  std::filesystem::path model;
  std::filesystem::path peer_script;  // rows against it are left out without it
  std::string text;                   // glob of plain text files to train on
  int turns = 8;
};

// Emits the rows as they are known. Messages on what was left out go to standard error.
absl::Status RunTrainBench(const TrainBench& bench, const EmitRow& emit);

}  // namespace rad
