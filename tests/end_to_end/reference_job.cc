#include "tests/end_to_end/reference_job.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>

#include "tests/end_to_end/service.h"
#include "tests/worker/distill/tiny_teacher.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

constexpr int kSequenceTokens = 192;  // holds a prompt of three pairs, byte by byte

// Documents of made-up words.
void WriteTexts(const fs::path& folder) {
  fs::create_directories(folder);
  std::mt19937 random(1);
  for (int document = 0; document < 8; ++document) {
    std::ofstream out(folder / (std::to_string(document) + ".txt"));
    for (int word = 0; word < 500; ++word) {
      for (unsigned letters = 2 + random() % 6; letters > 0; --letters)
        out << static_cast<char>('a' + random() % 26);
      out << (word % 12 == 11 ? ".\n" : " ");
    }
  }
}

// Long enough that each training stage has checkpoints on both sides of an interruption.
v1::Job SmallJob(const fs::path& folder) {
  v1::Job job;
  job.set_kind(v1::Job::DISTILLATION);
  job.mutable_metadata()->set_name("small");
  v1::JobSpec& spec = *job.mutable_spec();
  spec.mutable_teacher()->set_path(folder / "teacher");
  spec.mutable_probe()->set_pairs(3);
  spec.mutable_probe()->set_examples(8);
  spec.mutable_probe()->set_min_teacher_accuracy(0);  // random weights know nothing
  spec.mutable_student()->set_head_budget(2);
  spec.mutable_student()->set_state_dim(4);
  spec.mutable_data()->add_text(folder / "text" / "*.txt");
  spec.mutable_data()->set_sequence_tokens(kSequenceTokens);
  spec.mutable_data()->set_held_out_share(0.25);
  spec.mutable_align()->set_tokens(200 * 2 * kSequenceTokens);
  spec.mutable_align()->set_batch_sequences(2);
  spec.mutable_distill()->set_tokens(200 * 2 * kSequenceTokens);
  spec.mutable_distill()->set_batch_sequences(2);
  spec.mutable_evaluate()->set_examples(8);
  spec.mutable_evaluate()->set_text_tokens(256);
  spec.mutable_checkpoint()->set_every_steps(5);
  return job;
}

}  // namespace

Findings FindingsOf(JobClient& client, const v1::JobStatus& status) {
  Findings findings;
  const v1::Ranked ranking = client.Scores(status.job_id());
  for (const v1::Ranked::Row& row : ranking.rows()) {
    findings.ranking.push_back(row.head().ShortDebugString() + " " + std::to_string(row.logprob_drop()));
  }
  for (const v1::StudentResult& student : status.students()) {
    findings.students[student.name()] = student.evaluation().ShortDebugString();
    if (student.export_artifact_id().empty()) continue;
    const v1::Manifest exported = client.Artifact(student.export_artifact_id());
    for (const v1::File& file : exported.files()) {
      for (const v1::Chunk& chunk : file.chunks()) findings.exported[file.path()] += chunk.sha256() + " ";
    }
  }
  return findings;
}

ReferenceJob& ReferenceJob::Get() {
  static ReferenceJob job;
  return job;
}

ReferenceJob::ReferenceJob() {
  std::string name = testing::TempDir() + "rad_end_to_end_XXXXXX";
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  folder_ = name;
  WriteTinyTeacher(folder_ / "teacher");
  WriteTexts(folder_ / "text");
  job_ = SmallJob(folder_);
}

v1::Job ReferenceJob::RankingAlone() const {
  v1::Job job;
  job.set_kind(v1::Job::ABLATION);
  job.mutable_metadata()->set_name("ranking");
  v1::JobSpec& spec = *job.mutable_spec();
  *spec.mutable_teacher() = job_.spec().teacher();
  *spec.mutable_probe() = job_.spec().probe();
  spec.mutable_ranking()->set_top(job_.spec().student().head_budget());
  return job;
}

const Findings& ReferenceJob::findings() {
  if (!findings_) {
    Service service(NewFolder());
    JobClient client(service.address());
    findings_ = FindingsOf(client, client.Finish(client.Submit(job_, "reference")));
  }
  return *findings_;
}

ReferenceJob::~ReferenceJob() { fs::remove_all(folder_); }

fs::path ReferenceJob::NewFolder() { return folder_ / ("service" + std::to_string(++folders_)); }

}  // namespace rad
