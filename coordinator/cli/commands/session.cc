#include "coordinator/cli/commands/session.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/cli/spec/number_text.h"

namespace rad::cli {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(30);

}  // namespace

absl::StatusOr<absl::Duration> Session::Timeout(absl::Duration default_timeout) const {
  if (timeout_flag.empty()) return default_timeout;
  if (const auto timeout = ParseDuration(timeout_flag); timeout && *timeout > absl::ZeroDuration())
    return *timeout;
  return absl::InvalidArgumentError(
      absl::StrCat("--timeout must be a duration such as 30s, 5m or 2h, not '", timeout_flag, "'"));
}

absl::StatusOr<CoordinatorClient> Session::Connect() const { return Connect(kCallTimeout); }

absl::StatusOr<CoordinatorClient> Session::Connect(absl::Duration default_timeout) const {
  auto timeout = Timeout(default_timeout);
  if (!timeout.ok()) return timeout.status();
  auto address = ResolveAddress(address_flag, environment);
  if (!address.ok()) return address.status();
  return CoordinatorClient(*std::move(address), *timeout);
}

absl::StatusOr<CoordinatorClient> Session::ConnectForWaiting() const {
  auto address = ResolveAddress(address_flag, environment);
  if (!address.ok()) return address.status();
  return CoordinatorClient(*std::move(address), kCallTimeout);
}

void AddOutputFlag(CLI::App& app, std::string& output, const std::vector<std::string>& formats) {
  output = formats.front();
  app.add_option("-o,--output", output,
                 absl::StrCat("Format: ", absl::StrJoin(formats, ", "), " (default ", output, ")"))
      ->check(CLI::IsMember(formats).description(""))
      ->type_name("FORMAT");
}

}  // namespace rad::cli
