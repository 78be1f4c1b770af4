// rocks_log.h: what RocksDB has to say, on stderr: errors only. Its own log, a file beside the database, ends
// the process when it meets a full disk (where RocksDB is built with assertions, as Debian's is), just when
// the database itself would only refuse a write.
#pragma once

#include <memory>

#include "rocksdb/env.h"

namespace rad {

std::shared_ptr<rocksdb::Logger> RocksLog();

}  // namespace rad
