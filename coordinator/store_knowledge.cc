#include "coordinator/store_knowledge.h"

#include <utility>

#include "coordinator/score_rows.h"

namespace rad {

std::optional<v1::StoredResult> StoreKnowledge::Result(const std::string& digest) {
  absl::StatusOr<std::optional<v1::StoredResult>> stored = store_.Result(digest);
  if (!stored.ok()) {
    error_.Update(stored.status());
    return std::nullopt;
  }
  if (!stored->has_value()) return std::nullopt;
  const std::string& artifact_id = (*stored)->result().artifact_id();
  if (!artifact_id.empty() && !catalog_.Exists(artifact_id)) return std::nullopt;
  return **std::move(stored);
}

absl::StatusOr<ScoreTable> StoreKnowledge::Load(const std::string& score_key) const {
  absl::StatusOr<std::vector<v1::HeadScoreRow>> rows = store_.Scores(score_key);
  if (!rows.ok()) return rows.status();
  ScoreTable table;
  for (const v1::HeadScoreRow& row : *rows) {
    if (absl::Status status = AddScoreRow(row, table); !status.ok()) return status;
  }
  return table;
}

ScoreTable& StoreKnowledge::Table(const std::string& score_key) {
  auto found = tables_.find(score_key);
  if (found != tables_.end()) return found->second;
  absl::StatusOr<ScoreTable> loaded = Load(score_key);
  if (!loaded.ok()) {
    error_.Update(loaded.status());
    unreadable_ = ScoreTable();
    return unreadable_;
  }
  return tables_.emplace(score_key, *std::move(loaded)).first->second;
}

void StoreKnowledge::AddScores(const std::string& score_key, const v1::HeadScores& scores) {
  ScoreTable& table = Table(score_key);
  ForEachCell(scores, [&](std::optional<HeadRef> head, std::uint32_t example, const ScoreCell& cell) {
    if (head) {
      table.SetAblated(*head, example, cell);
    } else {
      table.SetBase(example, cell);
    }
  });
}

absl::Status StoreKnowledge::TakeError() { return std::exchange(error_, absl::OkStatus()); }

}  // namespace rad
