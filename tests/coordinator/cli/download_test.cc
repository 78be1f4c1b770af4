#include "coordinator/cli/rpc/download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/local/student_folder.h"
#include "coordinator/cli/rpc/sha256.h"
#include "tests/coordinator/cli/scripted_service.h"

namespace rad::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class DownloadTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    AddFile("config.json", {"{}"});
    AddFile("sub/model.safetensors", {"first ", "second"});
  }

  void AddFile(const std::string& path, const std::vector<std::string>& parts) {
    v1::Manifest& manifest = script_.manifests["a1"];
    manifest.set_artifact_id("a1");
    v1::File& file = *manifest.add_files();
    file.set_path(path);
    for (const std::string& part : parts) {
      v1::Chunk& chunk = *file.add_chunks();
      chunk.set_sha256(Sha256Hex(part));
      chunk.set_size(part.size());
      file.set_size(file.size() + part.size());
      script_.chunks[chunk.sha256()] = part;
    }
  }

  Outcome Download() {
    const ScriptedCoordinator coordinator(script_);
    return Radctl(coordinator, {"checkpoint", "download", "a1", "--to", (folder_ / "student").string()});
  }

  static std::string Read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  std::vector<fs::path> Left() const { return {fs::directory_iterator(folder_), fs::directory_iterator()}; }

  fs::path folder_;
  Script script_;
};

TEST_F(DownloadTest, WritesEveryFile) {
  const Outcome outcome = Download();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, (folder_ / "student").string() + "\n");
  EXPECT_EQ(Read(folder_ / "student/config.json"), "{}");
  EXPECT_EQ(Read(folder_ / "student/sub/model.safetensors"), "first second");
  EXPECT_EQ(Left().size(), 1u);
}

TEST_F(DownloadTest, ADamagedChunkLeavesNothing) {
  script_.chunks[Sha256Hex("second")] = "secund";
  const Outcome outcome = Download();
  EXPECT_EQ(outcome.exit_code, kExitError);
  EXPECT_THAT(outcome.err, HasSubstr("a chunk of sub/model.safetensors is damaged"));
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(DownloadTest, AFileOfAnotherSizeThanItsManifestSaysLeavesNothing) {
  script_.manifests["a1"].mutable_files(0)->set_size(3);
  EXPECT_THAT(Download().err, HasSubstr("config.json has 2 bytes, its manifest says 3"));
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(DownloadTest, PathsThatLeadOutAreRefused) {
  for (const char* path : {"../evil", "/etc/evil", "a/../../evil", "", "dir/", ".."}) {
    script_.manifests["a1"].mutable_files(0)->set_path(path);
    const Outcome outcome = Download();
    EXPECT_EQ(outcome.exit_code, kExitUsage) << path;
    EXPECT_THAT(outcome.err, HasSubstr("names a file outside its folder")) << path;
    EXPECT_THAT(Left(), IsEmpty()) << path;
  }
}

TEST_F(DownloadTest, AFolderThatIsThereIsNotTouched) {
  fs::create_directories(folder_ / "student");
  std::ofstream(folder_ / "student/mine") << "keep";
  EXPECT_EQ(Download().exit_code, kExitConflict);
  EXPECT_EQ(Read(folder_ / "student/mine"), "keep");
}

TEST_F(DownloadTest, ByJobItIsTheExportedStudent) {
  v1::JobStatus status = JobIn(v1::SUCCEEDED);
  status.add_students()->set_name("teacher");
  v1::StudentResult* student = status.add_students();
  student->set_name("top-5");
  script_.statuses = {status};
  const std::vector<std::string> command = {"checkpoint", "download", "--job",
                                            "j1",         "--to",     (folder_ / "student").string()};
  EXPECT_EQ(Radctl(ScriptedCoordinator(script_), command).exit_code, kExitNotFound);
  student = script_.statuses[0].mutable_students(1);
  student->set_export_artifact_id("a1");
  EXPECT_EQ(Radctl(ScriptedCoordinator(script_), command).exit_code, 0);
  EXPECT_TRUE(fs::exists(folder_ / "student/config.json"));
  EXPECT_EQ(Radctl(ScriptedCoordinator(script_), {"checkpoint", "download", "--to", "x"}).exit_code,
            kExitUsage);
}

TEST_F(DownloadTest, VerifySaysWhichChunksAreDamaged) {
  v1::VerifyArtifactResponse& verified = script_.verified["a1"];
  verified.set_chunks(3);
  verified.set_bytes(2 << 20);
  const std::vector<std::string> command = {"checkpoint", "verify", "a1"};
  Outcome outcome = Radctl(ScriptedCoordinator(script_), command);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "whole: 3 chunks, 2.00 MiB\n");
  verified.add_bad_sha256("12ab");
  outcome = Radctl(ScriptedCoordinator(script_), command);
  EXPECT_EQ(outcome.exit_code, kExitError);
  EXPECT_EQ(outcome.out, "damaged: 1 of 3 chunks\n12ab\n");
}

TEST_F(DownloadTest, ListShowsWhatIsStored) {
  script_.manifests["a1"].set_kind(v1::Manifest::CHECKPOINT);
  script_.manifests["a1"].set_step(40);
  script_.manifests["a1"].set_job_id("j1");
  script_.manifests["a1"].set_stage("align");
  const ScriptedCoordinator coordinator(script_);
  EXPECT_EQ(Radctl(coordinator, {"checkpoint", "list"}).out,
            "ARTIFACT  KIND                   JOB  STAGE  FILES  SIZE  CREATED\n"
            "a1        checkpoint at step 40  j1   align      2  14 B  -\n");
}

TEST_F(DownloadTest, ALocalRunReplacesItsStudentOnlyWhenItIsAnother) {
  script_.manifests["a2"].add_files()->set_path("empty.txt");
  v1::JobStatus status = JobIn(v1::SUCCEEDED);
  status.mutable_job()->mutable_metadata()->set_name("../my job");
  status.add_students()->set_export_artifact_id("a1");
  const ScriptedCoordinator coordinator(script_);
  CoordinatorClient client(coordinator.address(), absl::Seconds(10));
  auto first = FetchStudent(client, status, folder_);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->parent_path(), folder_) << "the name must not lead out";
  std::ofstream(*first / "note") << "mine";
  EXPECT_EQ(*FetchStudent(client, status, folder_), *first);
  EXPECT_TRUE(fs::exists(*first / "note")) << "the same artifact is left alone";
  status.mutable_students(0)->set_export_artifact_id("a2");
  EXPECT_EQ(*FetchStudent(client, status, folder_), *first);
  EXPECT_TRUE(fs::exists(*first / "empty.txt"));
  EXPECT_FALSE(fs::exists(*first / "config.json"));
  status.mutable_students(0)->clear_export_artifact_id();
  EXPECT_EQ(*FetchStudent(client, status, folder_), fs::path());
}

}  // namespace
}  // namespace rad::cli
