#include "storage/rocks_log.h"

#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace rad {
namespace {

class ErrorsToStderr : public rocksdb::Logger {
 public:
  ErrorsToStderr() : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char text[1024];
    std::vsnprintf(text, sizeof text, format, arguments);
    const absl::string_view line = absl::StripTrailingAsciiWhitespace(text);
    std::fprintf(stderr, "rocksdb: %.*s\n", static_cast<int>(line.size()), line.data());
  }
  void LogHeader(const char*, va_list) override {}  // its options, at every start
};

}  // namespace

std::shared_ptr<rocksdb::Logger> RocksLog() { return std::make_shared<ErrorsToStderr>(); }

}  // namespace rad
