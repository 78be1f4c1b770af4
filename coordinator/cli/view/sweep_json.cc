#include "coordinator/cli/view/sweep_json.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/progress_view.h"

namespace rad::cli {
namespace {

nlohmann::ordered_json PointJson(const v1::SweepStatus& status, const v1::SweepPoint& point) {
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  for (const v1::FieldSetting& setting : point.settings())
    settings[setting.path()] = absl::StrJoin(setting.words(), ",");
  const nlohmann::ordered_json result = ToJson(point.result(), EmptyFields::kKeep);
  nlohmann::ordered_json json;
  for (const char* key : {"placement", "head_budget", "state_dim", "coverage", "kv_accuracy", "perplexity",
                          "memory_bytes", "tokens", "seconds", "kl", "memory_context_tokens"}) {
    json[key] = point.has_result() ? result[key] : nullptr;
  }
  json["point"] = point.point();
  json["settings"] = std::move(settings);
  json["state"] = StateWord(point.state());
  json["reason"] = point.reason();
  json["stopped_early"] = point.stopped_early();
  json["pareto"] = std::count(status.pareto().begin(), status.pareto().end(), point.point()) > 0;
  return json;
}

}  // namespace

nlohmann::ordered_json PointsJson(const v1::SweepStatus& status) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const v1::SweepPoint& point : status.points()) points.push_back(PointJson(status, point));
  return points;
}

}  // namespace rad::cli
