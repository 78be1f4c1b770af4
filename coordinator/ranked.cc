#include "coordinator/ranked.h"

#include "coordinator/rank_stage.h"

namespace rad {

v1::Ranked MakeRanked(const v1::JobRecord& job, const ScoreTable& table) {
  v1::Ranked ranked;
  const std::uint32_t examples = job.job().spec().probe().examples();
  const RankDecision decision = DecideRank(job, table, 1);
  ranked.set_teacher_digest(job.teacher().digest());
  ranked.set_layers(job.teacher().layers());
  ranked.set_heads(job.teacher().heads());
  if (decision.ranking.empty()) return ranked;
  ranked.set_teacher_accuracy(static_cast<double>(table.BaseCorrect(examples)) / examples);
  for (const RankedHead& head : decision.ranking) {
    v1::Ranked::Row* row = ranked.add_rows();
    row->mutable_head()->set_layer(head.head.layer);
    row->mutable_head()->set_head(head.head.head);
    row->set_rank(ranked.rows_size());
    row->set_examples(head.cost.examples);
    row->set_accuracy_drop(head.cost.accuracy_drop);
    row->set_logprob_drop(head.cost.logprob_drop);
    row->set_margin_drop(head.cost.margin_drop);
    row->set_accuracy_drop_low(head.cost.accuracy_drop_low);
    row->set_accuracy_drop_high(head.cost.accuracy_drop_high);
  }
  return ranked;
}

}  // namespace rad
