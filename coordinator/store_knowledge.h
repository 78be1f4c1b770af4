// store_knowledge.h: the planner's Knowledge out of the stores. Score tables are read once and then kept up
// to date. For one thread at a time.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "coordinator/artifact_catalog.h"
#include "coordinator/job_store.h"
#include "coordinator/planner.h"

namespace rad {

class StoreKnowledge : public Knowledge {
 public:
  StoreKnowledge(const JobStore& store, const ArtifactCatalog& catalog) : store_(store), catalog_(catalog) {}

  const ScoreTable& Scores(const std::string& score_key) override { return Table(score_key); }
  std::optional<v1::StoredResult> Result(const std::string& digest) override;

  // The answer of a score task into the table.
  void AddScores(const std::string& score_key, const v1::HeadScores& scores);

  // The first failure to read since the last call; what was decided meanwhile must not be used.
  absl::Status TakeError();

 private:
  absl::StatusOr<ScoreTable> Load(const std::string& score_key) const;
  ScoreTable& Table(const std::string& score_key);

  const JobStore& store_;
  const ArtifactCatalog& catalog_;
  std::map<std::string, ScoreTable> tables_;
  ScoreTable unreadable_;  // stands in, empty, for a table that could not be read
  absl::Status error_;
};

}  // namespace rad
