#include "worker/model/student_folder.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/worker/hybrid/random_student.h"
#include "tests/worker/hybrid/reference_scan.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

const std::vector<std::vector<int>> kKept = {{0, 1, 5}, {}, {0, 1, 2, 3, 4, 5}};
constexpr char kDigest[] = "d1";

// A teacher in memory behind the interface of a file.
class MemoryFile : public ModelFile {
 public:
  explicit MemoryFile(const Transformer& model) : config_(model.config) {
    Put("model.embed_tokens.weight", model.embedding);
    Put("model.norm.weight", model.final_norm);
    if (!config_.tied_embeddings) Put("lm_head.weight", model.lm_head);
    for (std::size_t l = 0; l < model.layers.size(); ++l) {
      const std::string prefix = "model.layers." + std::to_string(l) + ".";
      const LayerWeights& w = model.layers[l];
      Put(prefix + "input_layernorm.weight", w.input_norm);
      Put(prefix + "post_attention_layernorm.weight", w.post_norm);
      Put(prefix + "mlp.gate_proj.weight", w.mlp.gate_up.slice(0, 0, config_.mlp));
      Put(prefix + "mlp.up_proj.weight", w.mlp.gate_up.slice(0, config_.mlp));
      Put(prefix + "mlp.down_proj.weight", w.mlp.down);
      Put(prefix + "self_attn.q_proj.weight", w.attention.q);
    }
  }

  const ModelConfig& config() const override { return config_; }
  std::vector<std::string> TensorNames() const override {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : tensors_) names.push_back(name);
    return names;
  }
  bool Has(std::string_view name) const override { return tensors_.contains(name); }
  absl::StatusOr<std::vector<std::int64_t>> Shape(std::string_view name) const override {
    return tensors_.find(name)->second.sizes().vec();
  }
  absl::StatusOr<std::string> TypeName(std::string_view) const override { return "F32"; }
  absl::Status ReadFloat32(std::string_view name, std::span<float> out) const override {
    std::memcpy(out.data(), tensors_.find(name)->second.const_data_ptr(), out.size_bytes());
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> Digest() const override { return kDigest; }

 private:
  void Put(const std::string& name, const at::Tensor& t) { tensors_[name] = t.contiguous(); }

  ModelConfig config_;
  std::map<std::string, at::Tensor, std::less<>> tensors_;
};

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
    const auto size = WriteStudentFolder(folder_, MemoryFile(teacher), *file, "{}");
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
    const HybridStudent student = RandomStudent(teacher, kKept, 4, join);
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
  }
}

TEST_F(StudentFolderTest, StudentOfAnotherTeacherIsRefused) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  ASSERT_TRUE(SaveStudent(folder_, RandomStudent(teacher, kKept, 4), kDigest).ok());
  EXPECT_EQ(LoadStudent(folder_, teacher, "d2").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(StudentFolderTest, StudentWithAMissingTensorNamesIt) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  const HybridStudent student = RandomStudent(teacher, kKept, 4);
  std::vector<NamedTensor> tensors = TrainedTensors(student);
  const std::string lost = tensors.back().name;
  tensors.pop_back();
  ASSERT_TRUE(
      WriteTensorFile(folder_ / kStudentFile, tensors, IdentityMetadata({4, KeptHeads(student), kDigest}))
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
    const HybridStudent student = RandomStudent(teacher, kKept, 9, join);  // N above the head dimension
    Export(teacher, student);
    EXPECT_TRUE(IsStudentFolder(folder_));
    const auto model = OpenStudentFolder(folder_, at::kFloat);
    ASSERT_TRUE(model.ok()) << model.status();
    const at::Tensor ids = at::randint(config.vocab, {2, 30}, at::kLong);
    const at::Tensor expected = Logits(student.base, HiddenStates(student, ids));
    EXPECT_LT(RelativeError((*model)->Logits((*model)->HiddenStates(ids)), expected), 1e-6);
  }
}

TEST_F(StudentFolderTest, OpensInBf16) {
  const at::NoGradGuard no_grad;
  const Transformer teacher = RandomTransformer(ConfigWithEverything());
  const HybridStudent student = RandomStudent(teacher, kKept, 4);
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
  const HybridStudent student = RandomStudent(teacher, kKept, 4);
  Export(teacher, student);
  const auto message = [&](const nlohmann::ordered_json& json) {
    Write("config.json", json.dump());
    return std::string(OpenStudentFolder(folder_, at::kFloat).status().message());
  };
  const StudentIdentity identity{4, KeptHeads(student), kDigest};
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
