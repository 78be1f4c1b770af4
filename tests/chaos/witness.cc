#include "tests/chaos/witness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "absl/strings/str_cat.h"
#include "storage/crc32c.h"
#include "storage/sha256.h"
#include "tests/coordinator/fake_worker.h"
#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

constexpr std::chrono::seconds kDeadline{30};
constexpr int kFiles = 3;

struct Context : grpc::ClientContext {
  Context() { set_deadline(std::chrono::system_clock::now() + kDeadline); }
};

// What file `number` holds in the checkpoint of `step`: a function of both, so that a mixture of two shows.
// The first file never changes, as frozen tensors do not.
std::string ContentAt(std::uint64_t step, int number) {
  std::mt19937_64 random(number == 0 ? 0 : step * kFiles + static_cast<std::uint64_t>(number));
  std::string content(1000 + random() % 100'000, '\0');
  for (std::size_t i = 0; i + 8 <= content.size(); i += 8) {
    const std::uint64_t word = random();
    content.replace(i, 8, reinterpret_cast<const char*>(&word), 8);
  }
  return content;
}

v1::Manifest CheckpointAt(std::uint64_t step, const std::string& task_digest) {
  v1::Manifest manifest;
  manifest.set_kind(v1::Manifest::CHECKPOINT);
  manifest.set_task_digest(task_digest);
  manifest.set_step(step);
  for (int number = 0; number < kFiles; ++number) {
    const std::string content = ContentAt(step, number);
    v1::File& file = *manifest.add_files();
    file.set_path(absl::StrCat("file-", number));
    file.set_size(content.size());
    v1::Chunk& chunk = *file.add_chunks();
    chunk.set_sha256(Sha256Hex(content));
    chunk.set_size(content.size());
    chunk.set_crc32c(Crc32c(content));
  }
  return manifest;
}

v1::Job JobNamed(const std::string& name) {
  v1::Job job = SampleAblation();
  job.mutable_metadata()->set_name(name);
  return job;
}

}  // namespace

void Witness::Begin(const std::shared_ptr<grpc::Channel>& channel) {
  Connect(channel);
  v1::SubmitRequest request;
  *request.mutable_job() = SampleJob();
  Context context;
  v1::JobStatus status;
  ASSERT_TRUE(jobs_->Submit(&context, request, &status).ok());
  FakeWorker worker(channel, "witness");
  task_ = worker.AwaitStart();
  worker.Vanish();
}

void Witness::Connect(const std::shared_ptr<grpc::Channel>& channel) {
  jobs_ = v1::JobService::NewStub(channel);
  artifacts_ = v1::ArtifactService::NewStub(channel);
  backups_ = v1::BackupService::NewStub(channel);
}

bool Witness::Answered(const grpc::Status& status, const char* call) {
  if (status.ok()) return true;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << call << ": " << status.error_message();
  return false;
}

bool Witness::Write() { return random_() % 4 == 0 ? Submit() : SaveCheckpoint(); }

bool Witness::Submit() {
  const std::string name = absl::StrCat("job-of-request-", next_job_);
  v1::SubmitRequest request;
  request.set_request_id(name);
  *request.mutable_job() = JobNamed(name);
  Context context;
  v1::JobStatus status;
  if (!Answered(jobs_->Submit(&context, request, &status), "Submit")) return false;
  recent_[name] = job_of_[name] = status.job_id();
  ++next_job_;
  ++acknowledged_;
  return true;
}

bool Witness::PutChunk(const std::string& content) {
  v1::PutChunkRequest put;
  *put.mutable_fence() = FenceFor(task_);
  put.set_sha256(Sha256Hex(content));
  put.set_data(content);
  Context context;
  v1::PutChunkResponse response;
  return Answered(artifacts_->PutChunk(&context, put, &response), "PutChunk");
}

bool Witness::WriteOrphans(int count) {
  for (int i = 0; i < count; ++i) {
    if (!PutChunk(absl::StrCat("orphan ", random_()))) return false;
  }
  return true;
}

bool Witness::SaveCheckpoint() {
  v1::MissingChunksRequest question;
  v1::CommitRequest commit;
  *commit.mutable_fence() = FenceFor(task_);
  *commit.mutable_manifest() = CheckpointAt(next_step_, task_.digest());
  for (const v1::File& file : commit.manifest().files()) question.add_sha256(file.chunks(0).sha256());
  Context missing_context, commit_context;
  v1::MissingChunksResponse missing;
  if (!Answered(artifacts_->MissingChunks(&missing_context, question, &missing), "MissingChunks"))
    return false;
  const std::set<std::string> wanted(missing.sha256().begin(), missing.sha256().end());
  for (int number = 0; number < kFiles; ++number) {
    const std::string content = ContentAt(next_step_, number);
    if (wanted.contains(Sha256Hex(content)) && !PutChunk(content)) return false;
  }
  v1::CommitResponse response;
  if (!Answered(artifacts_->Commit(&commit_context, commit, &response), "Commit")) return false;
  saved_step_ = next_step_++;
  ++acknowledged_;
  return true;
}

bool Witness::BackUp() {
  Context context;
  v1::Backup backup;
  return Answered(backups_->CreateBackup(&context, {}, &backup), "CreateBackup");
}

void Witness::CheckBackups() {
  v1::ListBackupsRequest request;
  request.set_verify(true);
  Context context;
  v1::ListBackupsResponse list;
  ASSERT_TRUE(backups_->ListBackups(&context, request, &list).ok());
  EXPECT_FALSE(list.backups().empty());
  for (const v1::Backup& backup : list.backups()) EXPECT_TRUE(backup.verified()) << backup.backup_id();
}

void Witness::CheckJob(const std::string& request_id, const std::string& job_id) {
  v1::GetRequest request;
  request.set_job_id(job_id);
  Context context;
  v1::JobStatus status;
  const grpc::Status got = jobs_->Get(&context, request, &status);
  EXPECT_TRUE(got.ok()) << request_id << " was acknowledged as " << job_id << ": " << got.error_message();
  EXPECT_EQ(status.job().metadata().name(), request_id);
}

void Witness::CheckArtifact(const v1::Manifest& manifest) {
  ASSERT_EQ(manifest.files_size(), kFiles) << "step " << manifest.step();
  for (int number = 0; number < kFiles; ++number) {
    v1::GetChunkRequest request;
    request.set_sha256(manifest.files(number).chunks(0).sha256());
    Context context;
    v1::GetChunkResponse chunk;
    const grpc::Status got = artifacts_->GetChunk(&context, request, &chunk);
    EXPECT_TRUE(got.ok()) << "step " << manifest.step() << " file " << number << ": " << got.error_message();
    EXPECT_TRUE(chunk.data() == ContentAt(manifest.step(), number))
        << "step " << manifest.step() << " file " << number << " is torn";
  }
}

void Witness::CheckLatest() {
  v1::LatestCheckpointRequest request;
  request.set_task_digest(task_.digest());
  Context context;
  v1::Manifest latest;
  const grpc::Status got = artifacts_->LatestCheckpoint(&context, request, &latest);
  if (saved_step_ == 0 && got.error_code() == grpc::StatusCode::NOT_FOUND) return;
  ASSERT_TRUE(got.ok()) << got.error_message();
  EXPECT_GE(latest.step(), saved_step_) << "an acknowledged checkpoint is lost";
  EXPECT_LE(latest.step(), next_step_);
  CheckArtifact(latest);
}

void Witness::CheckRecent() {
  for (const auto& [request_id, job_id] : recent_) CheckJob(request_id, job_id);
  recent_.clear();
  CheckLatest();
}

void Witness::CheckAll() {
  for (const auto& [request_id, job_id] : job_of_) CheckJob(request_id, job_id);
  CheckLatest();
  v1::ListArtifactsRequest request;
  Context context;
  v1::ListArtifactsResponse list;
  ASSERT_TRUE(artifacts_->ListArtifacts(&context, request, &list).ok());
  for (const v1::Manifest& listed : list.artifacts()) {
    v1::GetManifestRequest get;
    get.set_artifact_id(listed.artifact_id());
    Context get_context;
    v1::Manifest manifest;
    ASSERT_TRUE(artifacts_->GetManifest(&get_context, get, &manifest).ok());
    CheckArtifact(manifest);
  }
  // What was asked for again after a death was done once.
  std::set<std::string> names;
  v1::ListRequest jobs_request;
  jobs_request.set_page_size(500);
  do {
    Context list_context;
    v1::ListResponse page;
    ASSERT_TRUE(jobs_->List(&list_context, jobs_request, &page).ok());
    for (const v1::JobStatus& job : page.jobs()) {
      EXPECT_TRUE(names.insert(job.job().metadata().name()).second) << job.job_id() << " is there twice";
    }
    jobs_request.set_page_token(page.next_page_token());
  } while (!jobs_request.page_token().empty());
}

}  // namespace rad
