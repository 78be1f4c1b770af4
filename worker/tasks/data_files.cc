#include "worker/tasks/data_files.h"

#include <utility>

#include "worker/data/corpus.h"
#include "worker/data/report_reading.h"
#include "worker/tasks/spec.h"

namespace rad {

absl::StatusOr<std::string> TryData(const v1::Data& data, const std::string& teacher, TaskHost& host) {
  const auto tokenizer = OpenTokenizer(teacher);
  if (!tokenizer.ok()) return tokenizer.status();
  DataSpec spec = DataOf(data, {});
  spec.cache = host.TokenFolder();
  auto corpus = OpenCorpus(spec, **tokenizer, ReportReading(host));
  if (!corpus.ok()) return corpus.status();
  return std::move(corpus->digest);
}

DataSpec CheckedData(const v1::Data& data, const v1::DataFiles& files, ProbeSpec prompts,
                     const TaskHost& host) {
  DataSpec spec = DataOf(data, std::move(prompts));
  spec.cache = host.TokenFolder();
  spec.digest = files.data();
  return spec;
}

}  // namespace rad
