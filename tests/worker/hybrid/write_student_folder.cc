// write_student_folder OUT: exports students with random weights in every part, OUT/llama, OUT/qwen2 and, of
// the other joins, OUT/sum and OUT/adapter, for other programs to load.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/worker/hybrid/memory_file.h"
#include "tests/worker/hybrid/random_student.h"
#include "worker/model/student_folder.h"
#include "worker/text/tokenizer_json.h"

namespace rad {
namespace {

constexpr char kDigest[] = "random";

absl::Status Write(const std::filesystem::path& folder, const ModelConfig& config, const Tokenizer& tokenizer,
                   Join join = Join::kReplace) {
  std::filesystem::create_directories(folder);
  const Transformer teacher = RandomTransformer(config);
  const SsmSize size{4, join == Join::kReplace ? 0 : 5};  // of the teacher's head dimension and not
  const HybridStudent student = RandomStudent(teacher, {{0, 1, 5}, {}, {0, 1, 2, 3, 4, 5}}, size, join);
  if (absl::Status status = SaveStudent(folder, student, kDigest); !status.ok()) return status;
  const auto file = ReadStudentFile(folder, config, kDigest);
  if (!file.ok()) return file.status();
  return WriteStudentFolder(folder, MemoryFile(teacher, kDigest), *file, tokenizer).status();
}

absl::Status WriteAll(const std::filesystem::path& out, const Tokenizer& tokenizer) {
  ModelConfig llama = SmallConfig();
  llama.vocab = tokenizer.vocab_size();
  llama.rope_scaling = RopeScaling{8, 1, 4, 64};
  ModelConfig qwen2 = llama;
  qwen2.architecture = "qwen2";
  qwen2.qkv_bias = true;
  qwen2.tied_embeddings = false;
  qwen2.rope_base = 12345.5;
  qwen2.rope_factors = {1, 1.25, 2, 4};
  absl::Status status = Write(out / "llama", llama, tokenizer);
  if (status.ok()) status = Write(out / "qwen2", qwen2, tokenizer);
  for (const Join join : {Join::kSum, Join::kAdapter})
    if (status.ok()) status = Write(out / JoinName(join), llama, tokenizer, join);
  return status;
}

}  // namespace
}  // namespace rad

int main(int argc, char** argv) {
  const char* data = std::getenv("RAD_TEST_DATA");
  if (argc != 2 || data == nullptr) {
    std::cerr << "usage: RAD_TEST_DATA=tests/data write_student_folder OUT\n";
    return 2;
  }
  std::ifstream in(std::filesystem::path(data) / "text/smollm.tokenizer.json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto tokenizer = rad::ReadTokenizerJson(text, {.bos = 0, .eos = 1});
  const absl::Status status = tokenizer.ok() ? rad::WriteAll(argv[1], **tokenizer) : tokenizer.status();
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
