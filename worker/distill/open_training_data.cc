#include "worker/distill/open_training_data.h"

#include <cmath>
#include <utility>

#include "worker/data/report_reading.h"
#include "worker/distill/teacher_text.h"

namespace rad {

absl::StatusOr<TrainingData> OpenTrainingData(const DataSpec& spec, const TeacherFiles& teacher,
                                              std::int64_t tokens, TaskHost& host) {
  auto data = TrainingData::Open(spec, *teacher.tokenizer, ReportReading(host));
  if (!data.ok() || spec.teacher_share == 0) return data;
  const auto share = static_cast<std::int64_t>(std::ceil(spec.teacher_share * static_cast<double>(tokens)));
  auto written = SampleTeacherText(teacher, spec, share, host);
  if (!written.ok()) return written.status();
  data->SetTeacherText(*std::move(written));
  return data;
}

}  // namespace rad
