// sample_ranking.h: a small ranking for tests of its views: 2 layers of 3 heads, three of them measured.
#pragma once

#include "rad/v1/service.pb.h"

namespace rad::cli {

inline void AddRow(v1::Ranked& ranking, int layer, int head, double accuracy_drop) {
  auto* row = ranking.add_rows();
  row->mutable_head()->set_layer(layer);
  row->mutable_head()->set_head(head);
  row->set_rank(ranking.rows_size());
  row->set_examples(32);
  row->set_accuracy_drop(accuracy_drop);
  row->set_accuracy_drop_low(accuracy_drop - 0.1);
  row->set_accuracy_drop_high(accuracy_drop + 0.1);
  row->set_logprob_drop(10 * accuracy_drop);
  row->set_logprob_drop_low(10 * accuracy_drop - 0.5);
  row->set_logprob_drop_high(10 * accuracy_drop + 0.5);
  row->set_bound_low(10 * accuracy_drop - 1);
  row->set_bound_high(10 * accuracy_drop + 1);
}

// The best head is certain and classified, the second of the top 2 is not.
inline v1::Ranked SampleRanking() {
  v1::Ranked ranking;
  ranking.set_layers(2);
  ranking.set_heads(3);
  AddRow(ranking, 1, 0, 0.4375);
  AddRow(ranking, 0, 2, 0.2);
  AddRow(ranking, 0, 0, -0.03125);
  ranking.mutable_rows(1)->set_undecided(true);
  ranking.mutable_rows(2)->set_undecided(true);
  v1::HeadRole& role = *ranking.mutable_rows(0)->mutable_role();
  role.set_role(v1::HeadRole::GATHER);
  role.set_gather(0.625);
  role.set_gather_if_equal(0.0625);
  role.set_aggregate(0.125);
  role.set_aggregate_if_equal(0.03125);
  role.set_attribution(0.75);
  ranking.set_top(2);
  ranking.set_max_examples(32);
  ranking.set_evaluations(96);
  ranking.set_shared_top(1);
  ranking.set_rank_correlation(0.5);
  ranking.mutable_ranking()->set_by(v1::Ranking::LOGPROB);
  ranking.mutable_ranking()->set_delta(0.05);
  return ranking;
}

}  // namespace rad::cli
