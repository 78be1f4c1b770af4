// sample_sweep.h: sweeps for tests.
#pragma once

#include "coordinator/sweep_defaults.h"
#include "rad/v1/sweep.pb.h"
#include "tests/coordinator/sample_job.h"

namespace rad {

inline v1::SweepAxis& AddAxis(v1::Sweep& sweep, const std::string& path,
                              const std::vector<std::string>& values) {
  v1::SweepAxis& axis = *sweep.mutable_spec()->add_axes();
  axis.set_path(path);
  for (const std::string& value : values) axis.add_values()->add_words(value);
  return axis;
}

// Without axes or points; not defaulted.
inline v1::Sweep BareSweep() {
  v1::Sweep sweep;
  sweep.set_kind(v1::Job::SWEEP);
  sweep.mutable_metadata()->set_name("grid");
  v1::JobSpec& spec = *sweep.mutable_spec()->mutable_template_();
  spec.mutable_teacher()->set_path("/models/teacher.gguf");
  spec.mutable_probe()->set_examples(8);
  spec.mutable_data()->add_text("/text/*.txt");
  return sweep;
}

// N {4, 8} x budget {0, 2}, defaulted and valid.
inline v1::Sweep SampleSweep() {
  v1::Sweep sweep = BareSweep();
  AddAxis(sweep, "student.state_dim", {"4", "8"});
  AddAxis(sweep, "student.head_budget", {"0", "2"});
  FillSweepDefaults(sweep);
  return sweep;
}

}  // namespace rad
