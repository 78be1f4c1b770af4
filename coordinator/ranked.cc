#include "coordinator/ranked.h"

#include <cmath>
#include <map>

#include "coordinator/measure_agreement.h"
#include "coordinator/rank_stage.h"
#include "coordinator/student_t.h"

namespace rad {

namespace {

v1::Ranked::Row MakeRow(const RankedHead& ranked, std::uint32_t rank, double t95) {
  v1::Ranked::Row row;
  row.mutable_head()->set_layer(ranked.head.layer);
  row.mutable_head()->set_head(ranked.head.head);
  row.set_rank(rank);
  const HeadCost& cost = ranked.cost;
  row.set_examples(cost.examples);
  row.set_accuracy_drop(cost.accuracy_drop);
  row.set_logprob_drop(cost.logprob_drop);
  row.set_margin_drop(cost.margin_drop);
  row.set_accuracy_drop_low(cost.accuracy_drop_low);
  row.set_accuracy_drop_high(cost.accuracy_drop_high);
  const double half = t95 * cost.logprob_deviation / std::sqrt(cost.examples);
  row.set_logprob_drop_low(cost.logprob_drop - half);
  row.set_logprob_drop_high(cost.logprob_drop + half);
  row.set_bound_low(ranked.low);
  row.set_bound_high(ranked.high);
  row.set_undecided(ranked.undecided);
  return row;
}

void AddRoles(const v1::HeadRoles& roles, v1::Ranked& ranked) {
  std::map<HeadRef, const v1::HeadRole*> by_head;
  for (const v1::HeadRole& role : roles.heads()) by_head[{role.head().layer(), role.head().head()}] = &role;
  for (v1::Ranked::Row& row : *ranked.mutable_rows()) {
    const auto found = by_head.find({row.head().layer(), row.head().head()});
    if (found != by_head.end()) *row.mutable_role() = *found->second;
  }
}

// By degrees of freedom; heads share few numbers of examples.
class T95 {
 public:
  double operator()(std::uint32_t examples) {
    auto [at, is_new] = known_.try_emplace(examples);
    if (is_new) at->second = StudentTQuantile(0.025, examples - 1.0);
    return at->second;
  }

 private:
  std::map<std::uint32_t, double> known_;
};

}  // namespace

v1::Ranked MakeRanked(const v1::JobRecord& job, const ScoreTable& table) {
  v1::Ranked ranked;
  const std::uint32_t examples = job.job().spec().probe().examples();
  const RankDecision decision = DecideRank(job, table, 1);
  ranked.set_teacher_digest(job.teacher().digest());
  ranked.set_layers(job.teacher().layers());
  ranked.set_heads(job.teacher().heads());
  if (decision.ranking.empty()) return ranked;
  ranked.set_teacher_accuracy(static_cast<double>(table.BaseCorrect(examples)) / examples);
  T95 t95;
  for (const RankedHead& head : decision.ranking) {
    const std::uint32_t rank = ranked.rows_size() + 1;
    *ranked.add_rows() = MakeRow(head, rank, t95(head.cost.examples));
  }
  AddRoles(job.roles(), ranked);
  *ranked.mutable_ranking() = job.job().spec().ranking();
  *ranked.mutable_origin() = ScoreOriginOf(job);
  ranked.set_max_examples(examples);
  ranked.set_top(RaceOptionsOf(job).top);
  ranked.set_evaluations(decision.evaluations);
  const MeasureAgreement agreement = AgreementOf(decision.ranking, ranked.top());
  ranked.set_shared_top(agreement.shared);
  ranked.set_rank_correlation(agreement.rank_correlation);
  return ranked;
}

}  // namespace rad
