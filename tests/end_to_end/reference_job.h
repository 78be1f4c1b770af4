// One small job on a tiny teacher, run once undisturbed where that is asked for; disturbed runs must come to
// the same.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "rad/v1/service.pb.h"
#include "tests/end_to_end/job_client.h"

namespace rad {

// What a job found, in the bits that must not depend on what happened on the way.
struct Findings {
  std::vector<std::string> ranking;             // "layer.head drop", best first
  std::map<std::string, std::string> students;  // evaluation by name
  std::map<std::string, std::string> exported;  // SHA-256 of the chunks by file
  friend bool operator==(const Findings&, const Findings&) = default;
};
Findings FindingsOf(JobClient& client, const v1::JobStatus& status);

class ReferenceJob {
 public:
  // Made on first use, with the teacher and its text in a folder that lives as long as the program.
  static ReferenceJob& Get();

  const v1::Job& job() const { return job_; }
  // Only the ranking of its heads.
  v1::Job RankingAlone() const;
  // Of the undisturbed run, which the first call makes.
  const Findings& findings();
  std::filesystem::path NewFolder();

 private:
  ReferenceJob();
  ~ReferenceJob();
  std::filesystem::path folder_;
  int folders_ = 0;
  v1::Job job_;
  std::optional<Findings> findings_;
};

}  // namespace rad
