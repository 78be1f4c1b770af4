// rocks_status.h: RocksDB's errors as errors that a user can act on.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/status.h"

namespace rad {

// RESOURCE_EXHAUSTED: the disk is full. DATA_LOSS: stored bytes are damaged. NOT_FOUND: no such key.
// UNAVAILABLE: any other I/O error. `doing` ("reading chunk 12ab") opens the message.
absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing);

}  // namespace rad
