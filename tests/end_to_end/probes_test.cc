// Heads ranked on several probes by real processes.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

// An Ablation on a dictionary and on a needle in a text of its own.
v1::Job TwoProbes(const fs::path& text) {
  v1::Job job;
  job.set_kind(v1::Job::ABLATION);
  job.mutable_metadata()->set_name("probes");
  v1::JobSpec& spec = *job.mutable_spec();
  *spec.mutable_teacher() = ReferenceJob::Get().job().spec().teacher();
  *spec.mutable_probe() = ReferenceJob::Get().job().spec().probe();
  spec.mutable_ranking()->set_combine(v1::Ranking::WORST);
  v1::Probe& needle = *spec.add_probes();
  needle.set_task(v1::Probe::NEEDLE);
  needle.set_pairs(2);
  needle.set_text(text);
  needle.set_context_tokens(240);
  needle.set_min_teacher_accuracy(0);
  return job;
}

void Write(const fs::path& path, const std::string& word) {
  std::ofstream out(path);
  for (int i = 0; i < 300; ++i) out << word << i << " ";
}

bool Reused(const v1::JobStatus& status) { return StageNamed(status, "rank")->reused(); }

TEST(ProbesTest, HeadsAreRankedOnTwoAndAChangedTextIsScoredAgain) {
  const fs::path folder = ReferenceJob::Get().NewFolder();
  fs::create_directories(folder);
  const fs::path text = folder / "haystack.txt";
  Write(text, "straw");
  Service service(folder / "service");
  JobClient client(service.address());
  const v1::JobStatus first = client.Finish(client.Submit(TwoProbes(text), "first"));
  const v1::Ranked ranked = client.Scores(first.job_id());
  ASSERT_EQ(ranked.probes_size(), 2);
  EXPECT_EQ(ranked.probes(1).name(), "needle");
  EXPECT_EQ(ranked.probes(1).origin().probe_files().text().size(), 64u);
  ASSERT_EQ(ranked.rows_size(), 8);
  for (const v1::Ranked::Row& row : ranked.rows()) {
    ASSERT_EQ(row.by_probe_size(), 2);
    EXPECT_EQ(row.has_role(), row.rank() <= ranked.top());
    EXPECT_EQ(row.logprob_drop(), std::max(row.by_probe(0).logprob_drop(), row.by_probe(1).logprob_drop()));
  }
  EXPECT_TRUE(Reused(client.Finish(client.Submit(TwoProbes(text), "again"))));

  Write(text, "hay");
  const v1::JobStatus changed = client.Finish(client.Submit(TwoProbes(text), "changed"));
  EXPECT_FALSE(Reused(changed));
  const v1::Ranked other = client.Scores(changed.job_id());
  EXPECT_NE(other.probes(1).origin().probe_files().text(), ranked.probes(1).origin().probe_files().text());
}

TEST(ProbesTest, AProbeThatNoExampleCanBeMadeOfFailsTheJobAtOnce) {
  const fs::path folder = ReferenceJob::Get().NewFolder();
  Service service(folder);
  JobClient client(service.address());
  v1::Job job = TwoProbes("/nonexistent/haystack.txt");
  const auto failed = [](const v1::JobStatus& now) { return now.state() == v1::FAILED; };
  const v1::JobStatus missing = client.Follow(client.Submit(job, "missing"), failed);
  EXPECT_NE(missing.reason().find("probes[0].text: \"/nonexistent/haystack.txt\""), std::string::npos)
      << missing.reason();
  EXPECT_EQ(StageNamed(missing, "inspect")->restarts(), 0u);
}

}  // namespace
}  // namespace rad
