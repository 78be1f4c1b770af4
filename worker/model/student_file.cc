#include "worker/model/student_file.h"

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "worker/model/in_file.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

AttentionWeights BlankAttention(const ModelConfig& config, const HeadSplit& split) {
  const auto rows = static_cast<std::int64_t>(split.kept.size()) * config.head_dim;
  const auto kv_rows = static_cast<std::int64_t>(split.groups.size()) * config.head_dim;
  if (rows == 0) return {};
  AttentionWeights w;
  w.q = at::empty({rows, config.hidden});
  w.k = at::empty({kv_rows, config.hidden});
  w.v = at::empty({kv_rows, config.hidden});
  if (config.qkv_bias) {
    w.q_bias = at::empty({rows});
    w.k_bias = at::empty({kv_rows});
    w.v_bias = at::empty({kv_rows});
  }
  return w;
}

HybridLayer BlankLayer(const ModelConfig& config, std::vector<int> kept, const StudentIdentity& student) {
  HybridLayer layer{MakeHeadSplit(config, std::move(kept), student.join)};
  layer.attention = BlankAttention(config, layer.split);
  const auto attention = static_cast<std::int64_t>(layer.split.kept.size()),
             ssm = static_cast<std::int64_t>(layer.split.ssm.size());
  const std::int64_t ssm_head_dim = student.ssm.HeadDim(config);
  if (ssm > 0) layer.ssm = MakeMamba2Weights(config.hidden, ssm, ssm_head_dim, student.ssm.state_dim);
  layer.o = at::empty({config.hidden, attention * config.head_dim + ssm * ssm_head_dim});
  if (student.join == Join::kAdapter && attention > 0) {
    layer.adapter = at::empty({config.hidden, config.hidden});
    layer.adapter_bias = at::empty({config.hidden});
  }
  return layer;
}

LayerWeights BlankBaseLayer(const ModelConfig& config, at::ScalarType dtype) {
  LayerWeights w;
  w.input_norm = at::empty({config.hidden});
  w.post_norm = at::empty({config.hidden});
  w.mlp = {at::empty({2 * config.mlp, config.hidden}, dtype), at::empty({config.hidden, config.mlp}, dtype)};
  return w;
}

}  // namespace

HybridStudent BlankStudent(const Transformer& base, const StudentIdentity& identity) {
  HybridStudent student{WithoutAttention(base), identity.ssm, identity.join};
  for (std::vector<int>& kept : KeptByLayer(base.config, identity.kept)) {
    student.layers.push_back(BlankLayer(base.config, std::move(kept), identity));
  }
  return student;
}

HybridStudent BlankStudentWithBase(const ModelConfig& config, const StudentIdentity& identity,
                                   at::ScalarType dtype) {
  Transformer base;
  base.config = config;
  base.embedding = at::empty({config.vocab, config.hidden}, dtype);
  for (std::int64_t l = 0; l < config.layers; ++l) base.layers.push_back(BlankBaseLayer(config, dtype));
  base.final_norm = at::empty({config.hidden});
  base.lm_head = config.tied_embeddings ? base.embedding : at::empty({config.vocab, config.hidden}, dtype);
  HybridStudent student = BlankStudent(base, identity);
  student.own_base = true;
  return student;
}

absl::Status FillStudent(const TensorFile& file, const std::string& prefix, HybridStudent& student) {
  for (const NamedTensor& target : TrainedTensors(student)) {
    const auto found = file.tensors.find(prefix + target.name);
    if (found == file.tensors.end()) {
      return absl::InvalidArgumentError(StrCat("tensor ", prefix, target.name, " is missing"));
    }
    if (found->second.sizes() != target.tensor.sizes()) {
      return absl::InvalidArgumentError(
          StrCat("tensor ", prefix, target.name, " has shape [", absl::StrJoin(found->second.sizes(), ", "),
                 "], but a student of these heads needs [", absl::StrJoin(target.tensor.sizes(), ", "), "]"));
    }
    target.tensor.copy_(found->second);
  }
  return absl::OkStatus();
}

std::vector<HeadId> KeptHeads(const HybridStudent& student) {
  std::vector<HeadId> kept;
  for (std::size_t l = 0; l < student.layers.size(); ++l) {
    for (const int head : student.layers[l].split.kept) kept.push_back({static_cast<int>(l), head});
  }
  return kept;
}

absl::Status SaveStudent(const std::filesystem::path& folder, const HybridStudent& student,
                         const std::string& teacher_digest) {
  const StudentIdentity identity{student.ssm, KeptHeads(student), teacher_digest, student.join};
  return WriteTensorFile(folder / kStudentFile, TrainedTensors(student), IdentityMetadata(identity));
}

absl::StatusOr<StudentFile> ReadStudentFile(const std::filesystem::path& folder, const ModelConfig& model,
                                            const std::string& teacher_digest) {
  const std::filesystem::path path = folder / kStudentFile;
  auto file = ReadTensorFile(path);
  if (!file.ok()) return file.status();
  auto identity = ParseIdentityMetadata(file->metadata);
  if (!identity.ok()) return InFile(path, identity.status());
  if (identity->teacher_digest != teacher_digest) {
    return absl::FailedPreconditionError(StrCat(path.string(), " was made from the teacher with digest ",
                                                identity->teacher_digest, ", but the teacher given has ",
                                                teacher_digest, ": give the student's own teacher"));
  }
  if (const absl::Status status = CheckIdentity(*identity, model); !status.ok()) return InFile(path, status);
  return StudentFile{*std::move(identity), *std::move(file)};
}

absl::StatusOr<HybridStudent> LoadStudent(const std::filesystem::path& folder, const Transformer& teacher,
                                          const std::string& teacher_digest) {
  const auto read = ReadStudentFile(folder, teacher.config, teacher_digest);
  if (!read.ok()) return read.status();
  HybridStudent student = read->own_base()
                              ? BlankStudentWithBase(teacher.config, read->identity, teacher.dtype())
                              : BlankStudent(teacher, read->identity);
  const absl::Status status = FillStudent(read->file, "", student);
  if (!status.ok()) return InFile(folder / kStudentFile, status);
  return student;
}

}  // namespace rad
