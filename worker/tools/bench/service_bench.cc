#include "worker/tools/bench/service_bench.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "worker/tools/bench/timed_commands.h"

namespace rad {
namespace {

// Middle layers: an average load. Loading the teacher counts, as it does for a worker.
constexpr char kAllLayers[] = "13,14,15,16";
constexpr char kSomeLayers[] = "13,16", kOtherLayers[] = "14,15";  // equal halves of the arithmetic

TimedCommand ScoreCommand(const std::filesystem::path& model, const std::filesystem::path& examples,
                          const std::filesystem::path& output, const char* layers) {
  return {{(ProgramsFolder() / "rad-executor").string(), "score-heads", model.string(), "--examples",
           examples.string(), "--layers", layers, "--dtype", "bf16"},
          output,
          /*threads=*/1};
}

absl::StatusOr<nlohmann::json> ReadJson(const std::filesystem::path& path) {
  std::ifstream file(path);
  nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InternalError(absl::StrCat(path.string(), " is not JSON"));
  return json;
}

}  // namespace

absl::Status BenchTwoWorkers(const std::filesystem::path& model, const std::filesystem::path& examples,
                             const std::filesystem::path& folder, const EmitRow& emit) {
  const auto command = [&](const char* name, const char* layers) {
    return ScoreCommand(model, examples, folder / name, layers);
  };
  const auto one = RunSeconds({command("one.json", kAllLayers)});
  if (!one.ok()) return one.status();
  const auto two = RunSeconds({command("first.json", kSomeLayers), command("second.json", kOtherLayers)});
  if (!two.ok()) return two.status();
  emit({"two_workers_ratio", *two, "s", *one, *one / *two});
  return absl::OkStatus();
}

absl::Status BenchRace(const RaceBench& bench, const EmitRow& emit) {
  const std::filesystem::path spec = bench.folder / "race.json", result = bench.folder / "race-result.json";
  std::ofstream(spec) << nlohmann::json{
      {"kind", "Ablation"},
      {"metadata", {{"name", "bench-race"}}},
      {"spec",
       {{"teacher", {{"path", std::filesystem::absolute(bench.model).string()}}},
        {"ranking", {{"top", 5}}}}}};
  const auto seconds = RunSeconds({{{(ProgramsFolder() / "radctl").string(), "run", spec.string(), "--local",
                                     "--data-dir", (bench.folder / "race-data").string(), "-o", "json"},
                                    result}});
  if (!seconds.ok()) return seconds.status();
  const auto json = ReadJson(result);
  if (!json.ok()) return json.status();
  double evaluations = 0;
  const nlohmann::json& heads = json->at("ranking").at("rows");
  for (const nlohmann::json& head : heads) evaluations += head.at("examples").get<double>();
  emit({"race_seconds", *seconds, "s", {}, {}});
  emit({"race_evaluations", evaluations, "1", {}, {}});
  const double authors = bench.authors_seconds_each * bench.examples * static_cast<double>(heads.size());
  emit({"race_vs_authors_loop", *seconds, "s", authors, authors / *seconds});
  return absl::OkStatus();
}

}  // namespace rad
