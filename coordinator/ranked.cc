#include "coordinator/ranked.h"

#include <cmath>
#include <map>

#include "coordinator/job_probes.h"
#include "coordinator/measure_agreement.h"
#include "coordinator/rank_stage.h"
#include "coordinator/student_t.h"

namespace rad {
namespace {

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

double HalfInterval(const HeadCost& cost, T95& t95) {
  return t95(cost.examples) * cost.logprob_deviation / std::sqrt(cost.examples);
}

// What a row and a probe's part of it have in common.
template <typename Message>
void SetDrops(const HeadCost& cost, T95& t95, Message& drops) {
  const double half = HalfInterval(cost, t95);
  drops.set_accuracy_drop(cost.accuracy_drop);
  drops.set_accuracy_drop_low(cost.accuracy_drop_low);
  drops.set_accuracy_drop_high(cost.accuracy_drop_high);
  drops.set_logprob_drop(cost.logprob_drop);
  drops.set_logprob_drop_low(cost.logprob_drop - half);
  drops.set_logprob_drop_high(cost.logprob_drop + half);
}

v1::Ranked::Row MakeRow(const RankedHead& ranked, std::uint32_t rank, T95& t95) {
  v1::Ranked::Row row;
  row.mutable_head()->set_layer(ranked.head.layer);
  row.mutable_head()->set_head(ranked.head.head);
  row.set_rank(rank);
  row.set_examples(ranked.cost.examples);
  SetDrops(ranked.cost, t95, row);
  row.set_margin_drop(ranked.cost.margin_drop);
  row.set_bound_low(ranked.low);
  row.set_bound_high(ranked.high);
  row.set_undecided(ranked.undecided);
  for (const HeadCost& cost : ranked.by_probe) SetDrops(cost, t95, *row.add_by_probe());
  return row;
}

void AddProbes(const v1::JobRecord& job, const ScoreTables& tables, v1::Ranked& ranked) {
  const std::vector<NamedProbe> probes = ProbesOf(job.job().spec());
  const std::vector<v1::ScoreOrigin> origins = ScoreOriginsOf(job);
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const std::uint32_t examples = probes[i].probe->examples();
    v1::Ranked::RankedProbe& probe = *ranked.add_probes();
    probe.set_name(probes[i].probe->name());
    probe.set_teacher_accuracy(static_cast<double>(tables[i]->BaseCorrect(examples)) / examples);
    *probe.mutable_origin() = origins[i];
  }
}

}  // namespace

v1::Ranked MakeRanked(const v1::JobRecord& job, const ScoreTables& tables) {
  v1::Ranked ranked;
  const RankDecision decision = DecideRank(job, tables, 1);
  ranked.set_teacher_digest(job.teacher().digest());
  ranked.set_layers(job.teacher().layers());
  ranked.set_heads(job.teacher().heads());
  if (decision.ranking.empty()) return ranked;
  AddProbes(job, tables, ranked);
  ranked.set_teacher_accuracy(ranked.probes(0).teacher_accuracy());
  T95 t95;
  for (const RankedHead& head : decision.ranking) {
    const std::uint32_t rank = ranked.rows_size() + 1;
    *ranked.add_rows() = MakeRow(head, rank, t95);
  }
  AddRoles(job.roles(), ranked);
  *ranked.mutable_ranking() = job.job().spec().ranking();
  *ranked.mutable_origin() = ranked.probes(0).origin();
  ranked.set_max_examples(job.job().spec().probe().examples());
  ranked.set_top(RaceOptionsOf(job).top);
  ranked.set_evaluations(decision.evaluations);
  const MeasureAgreement agreement = AgreementOf(decision.ranking, ranked.top());
  ranked.set_shared_top(agreement.shared);
  ranked.set_rank_correlation(agreement.rank_correlation);
  return ranked;
}

}  // namespace rad
