// directive_sink.h: what the coordinator says to a worker goes here.
#pragma once

#include "absl/status/status.h"
#include "rad/v1/worker.pb.h"

namespace rad {

// The way to one worker's session. Never blocks; what is sent after the session's end is dropped.
class DirectiveSink {
 public:
  virtual ~DirectiveSink() = default;
  virtual void Send(const v1::Directive& directive) = 0;
  virtual void Close(const absl::Status& status) = 0;
};

}  // namespace rad
