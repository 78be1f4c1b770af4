#include "worker/model/student_folder.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/worker/hybrid/memory_file.h"
#include "tests/worker/hybrid/random_student.h"
#include "tests/worker/hybrid/reference_scan.h"
#include "worker/model/student_folder_config.h"
#include "worker/text/tokenizer_spec.h"
#include "worker/tools/inspect_json.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

const std::vector<std::vector<int>> kKept = {{0, 1, 5}, {}, {0, 1, 2, 3, 4, 5}};
constexpr char kDigest[] = "d1";

class StudentFolderTest : public testing::Test {
 protected:
  StudentFolderTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~StudentFolderTest() override { fs::remove_all(folder_); }

  void Export(const Transformer& teacher, const HybridStudent& student) {
    ASSERT_TRUE(SaveStudent(folder_, student, kDigest).ok());
    const auto file = ReadStudentFile(folder_, teacher.config, kDigest);
    ASSERT_TRUE(file.ok()) << file.status();
    const auto tokenizer = MakeTokenizer({.tokens = {"a", "b", "<end>"}, .added = {{2, "<end>"}}, .eos = 2});
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    const auto size = WriteStudentFolder(folder_, MemoryFile(teacher, kDigest), *file, **tokenizer);
    ASSERT_TRUE(size.ok()) << size.status();
    EXPECT_GT(size->parameters, teacher.embedding.numel());
    EXPECT_GT(size->bytes, size->parameters * 4);
  }
  void Write(const char* name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  const fs::path folder_ =
      fs::temp_directory_path() /
      (std::string("rad_student_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

ModelConfig ConfigWithEverything() {
  ModelConfig config = SmallConfig();
  config.architecture = "qwen2";
  config.qkv_bias = true;
  config.tied_embeddings = false;
  config.rope_base = 12345.5;
  config.rope_scaling = RopeScaling{8, 1, 4, 64};
  config.rope_factors = {1, 1.25, 2, 4};
  return config;
}

TEST_F(StudentFolderTest, SavedStudentLoadsBitForBit) {
  const Transformer teacher = RandomTransformer(ConfigWithEverything());
  for (const Join join : {Join::kReplace, Join::kAdapter, Join::kSum}) {
    const HybridStudent student = RandomStudent(teacher, kKept, {4, 11}, join);
    ASSERT_TRUE(SaveStudent(folder_, student, kDigest).ok());
    const auto loaded = LoadStudent(folder_, teacher, kDigest);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    const auto expected = TrainedTensors(student), actual = TrainedTensors(*loaded);
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
      EXPECT_EQ(actual[i].name, expected[i].name);
      EXPECT_TRUE(at::equal(actual[i].tensor, expected[i].tensor)) << actual[i].name;
    }
    EXPECT_EQ(KeptHeads(*loaded), KeptHeads(student));
    EXPECT_EQ(loaded->join, join);
    EXPECT_EQ(loaded->ssm.head_dim, 11);
  }
}

TEST_F(StudentFolderTest, StudentWithABaseOfItsOwnIsWhole) {
  const at::NoGradGuard no_grad;
  for (const ModelConfig& config : {SmallConfig(), ConfigWithEverything()}) {
    const Transformer teacher = RandomTransformer(config);
    HybridStudent student = RandomStudent(teacher, kKept, {4});
    OwnBase(student);
    for (const NamedTensor& named : TrainedTensors(student))
      named.tensor.add_(at::randn(named.tensor.sizes()) * 0.05);
    Export(teacher, student);
    const at::Tensor ids = at::randint(config.vocab, {2, 30}, at::kLong);
    const at::Tensor expected = Logits(student.base, HiddenStates(student, ids));
    ASSERT_GT(RelativeError(Logits(teacher, HiddenStates(student, ids)), expected), 1e-3);
    const auto loaded = LoadStudent(folder_, teacher, kDigest);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_TRUE(at::equal(Logits(loaded->base, HiddenStates(*loaded, ids)), expected));
    const auto model = OpenStudentFolder(folder_, at::kFloat);
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_LT(RelativeError((*model)->Logits((*model)->HiddenStates(ids)), expected), 1e-6);
  }
}

TEST_F(StudentFolderTest, StudentOfAnotherTeacherIsRefused) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  ASSERT_TRUE(SaveStudent(folder_, RandomStudent(teacher, kKept, {4}), kDigest).ok());
  EXPECT_EQ(LoadStudent(folder_, teacher, "d2").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(StudentFolderTest, StudentWithAMissingTensorNamesIt) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  const HybridStudent student = RandomStudent(teacher, kKept, {4});
  std::vector<NamedTensor> tensors = TrainedTensors(student);
  const std::string lost = tensors.back().name;
  tensors.pop_back();
  ASSERT_TRUE(
      WriteTensorFile(folder_ / kStudentFile, tensors, IdentityMetadata({{4}, KeptHeads(student), kDigest}))
          .ok());
  const absl::Status status = LoadStudent(folder_, teacher, kDigest).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find(lost), std::string::npos) << status;
}

TEST_F(StudentFolderTest, ExportComputesWhatTheStudentDoes) {
  const at::NoGradGuard no_grad;
  const std::pair<ModelConfig, Join> kinds[] = {{SmallConfig(), Join::kReplace},
                                                {ConfigWithEverything(), Join::kAdapter},
                                                {ConfigWithEverything(), Join::kSum}};
  for (const auto& [config, join] : kinds) {
    const Transformer teacher = RandomTransformer(config);
    const HybridStudent student =
        RandomStudent(teacher, kKept, {9, 5}, join);  // N above P, P not the teacher's
    Export(teacher, student);
    EXPECT_TRUE(IsStudentFolder(folder_));
    const auto model = OpenStudentFolder(folder_, at::kFloat);
    ASSERT_TRUE(model.ok()) << model.status();
    const at::Tensor ids = at::randint(config.vocab, {2, 30}, at::kLong);
    const at::Tensor expected = Logits(student.base, HiddenStates(student, ids));
    EXPECT_LT(RelativeError((*model)->Logits((*model)->HiddenStates(ids)), expected), 1e-6);
  }
}

TEST_F(StudentFolderTest, AnExportTellsWhatItIs) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  const HybridStudent student = RandomStudent(teacher, kKept, {4, 5}, Join::kSum);
  Export(teacher, student);
  const auto json = InspectJson(folder_);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ((*json)["kept_heads"].size(), KeptHeads(student).size());
  EXPECT_EQ((*json)["state_dim"], 4);
  EXPECT_EQ((*json)["ssm_head_dim"], 5);
  EXPECT_EQ((*json)["join"], "sum");
  EXPECT_EQ((*json)["teacher_digest"], kDigest);
  EXPECT_EQ((*json)["head_dim"], SmallConfig().head_dim);
  std::int64_t parameters = 0;
  for (const auto& tensor : (*json)["tensors"]) {
    std::int64_t count = 1;
    for (const auto& extent : tensor["shape"]) count *= extent.get<std::int64_t>();
    parameters += count;
  }
  EXPECT_EQ((*json)["parameters"], parameters);
  EXPECT_GT(parameters, 0);
}

TEST_F(StudentFolderTest, ExportNamesTheTokenThatEndsAText) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  Export(teacher, RandomStudent(teacher, kKept, {4}));
  const auto tokenizer = OpenTokenizer(folder_);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->eos(), 2);
  EXPECT_EQ((*tokenizer)->bos(), std::nullopt);
  std::ifstream config(folder_ / "tokenizer_config.json");
  EXPECT_EQ(nlohmann::json::parse(config)["eos_token"], "<end>");
}

TEST_F(StudentFolderTest, OpensInBf16) {
  const at::NoGradGuard no_grad;
  const Transformer teacher = RandomTransformer(ConfigWithEverything());
  const HybridStudent student = RandomStudent(teacher, kKept, {4});
  Export(teacher, student);
  const auto model = OpenStudentFolder(folder_, at::kBFloat16);
  ASSERT_TRUE(model.ok()) << model.status();
  const at::Tensor ids = at::randint(101, {1, 12}, at::kLong), hidden = (*model)->HiddenStates(ids);
  EXPECT_EQ(hidden.scalar_type(), at::kBFloat16);
  EXPECT_LT(RelativeError(hidden, HiddenStates(student, ids)), 0.2);
  const auto state = (*model)->NewDecodeState(1, 12, at::kBFloat16);
  EXPECT_LT(RelativeError(state->Feed(ids), (*model)->Logits(hidden.select(1, 11))), 0.05);
}

TEST_F(StudentFolderTest, BadFoldersNameTheFault) {
  EXPECT_EQ(OpenStudentFolder(folder_ / "none", at::kFloat).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(IsStudentFolder(folder_));
  const Transformer teacher = RandomTransformer(SmallConfig());
  const HybridStudent student = RandomStudent(teacher, kKept, {4});
  Export(teacher, student);
  const auto message = [&](const nlohmann::ordered_json& json) {
    Write("config.json", json.dump());
    return std::string(OpenStudentFolder(folder_, at::kFloat).status().message());
  };
  const StudentIdentity identity{{4}, KeptHeads(student), kDigest};
  auto json = StudentConfigJson(identity, teacher.config);
  json["kept_heads"].push_back({2, 6});
  EXPECT_NE(message(json).find("kept head 2.6"), std::string::npos);
  json = StudentConfigJson(identity, teacher.config);
  json["join"] = "glue";
  EXPECT_NE(message(json).find("join is 'glue'"), std::string::npos);
  json["join"] = "replace";
  json["state_dim"] = 0;
  EXPECT_NE(message(json).find("state_dim is 0"), std::string::npos);
  json["state_dim"] = 8;
  EXPECT_NE(message(json).find("in_proj.weight has shape"), std::string::npos);
  json.erase("teacher");
  EXPECT_NE(message(json).find("teacher is missing"), std::string::npos);
}

}  // namespace
}  // namespace rad
