#include "coordinator/score_rows.h"

#include "absl/strings/str_cat.h"

namespace rad {

v1::HeadScoreRow MakeScoreRow(const v1::ScoreOrigin& origin, const ScoreTable& table,
                              std::optional<HeadRef> head) {
  v1::HeadScoreRow row;
  *row.mutable_origin() = origin;
  if (head) {
    row.mutable_head()->set_layer(head->layer);
    row.mutable_head()->set_head(head->head);
  }
  table.ForEachKnown(head, [&](std::uint32_t example, const ScoreCell& cell) {
    row.add_examples(example);
    row.mutable_run()->add_correct(cell.correct);
    row.mutable_run()->add_margin(cell.margin);
    row.mutable_run()->add_answer_logprob(cell.answer_logprob);
  });
  return row;
}

absl::Status AddScoreRow(const v1::HeadScoreRow& row, ScoreTable& table) {
  const int cells = row.examples_size();
  const v1::ProbeRun& run = row.run();
  if (run.correct_size() != cells || run.margin_size() != cells || run.answer_logprob_size() != cells) {
    return absl::DataLossError(absl::StrCat("a stored row of scores has ", cells, " examples, but ",
                                            run.correct_size(), " answers, ", run.margin_size(),
                                            " margins and ", run.answer_logprob_size(),
                                            " log-probabilities: restore the data folder"));
  }
  for (int i = 0; i < cells; ++i) {
    const ScoreCell cell{run.correct(i), run.margin(i), run.answer_logprob(i)};
    if (row.has_head()) {
      table.SetAblated({row.head().layer(), row.head().head()}, row.examples(i), cell);
    } else {
      table.SetBase(row.examples(i), cell);
    }
  }
  return absl::OkStatus();
}

}  // namespace rad
