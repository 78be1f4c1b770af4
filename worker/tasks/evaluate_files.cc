#include "worker/tasks/evaluate_files.h"

#include "worker/eval/key_value_file.h"
#include "worker/tasks/file_digest_check.h"

namespace rad {
namespace {

constexpr const char* kRecords = "evaluate.records";
constexpr const char* kDefinitions = "evaluate.definitions";

absl::Status Digest(const char* field, const std::string& path, std::string& digest) {
  if (path.empty()) return absl::OkStatus();
  auto found = KeyValueDigest(path, field);
  if (found.ok()) digest = *std::move(found);
  return found.status();
}

absl::Status Digests(const std::string& records, const std::string& definitions, v1::DataFiles& found) {
  absl::Status status = Digest(kRecords, records, *found.mutable_records());
  status.Update(Digest(kDefinitions, definitions, *found.mutable_definitions()));
  return status;
}

}  // namespace

absl::Status TryEvaluateFiles(const v1::InspectTeacher& work, v1::DataFiles& found) {
  absl::Status status = Digests(work.records(), work.definitions(), found);
  if (status.ok() && !work.records().empty()) status = ReadRecords(work.records(), kRecords).status();
  if (status.ok() && !work.definitions().empty())
    status = ReadDefinitions(work.definitions(), kDefinitions).status();
  return status;
}

absl::Status CheckEvaluateFiles(const v1::Evaluate& evaluate, const v1::DataFiles& expected) {
  v1::DataFiles found;
  absl::Status status = Digests(evaluate.records(), evaluate.definitions(), found);
  if (!status.ok()) return status;
  status = CheckFileDigest(kRecords, evaluate.records(), expected.records(), found.records());
  status.Update(
      CheckFileDigest(kDefinitions, evaluate.definitions(), expected.definitions(), found.definitions()));
  return status;
}

}  // namespace rad
