#include "worker/tools/bench/service_bench.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "worker/tools/bench/timed_commands.h"

namespace rad {
namespace {

// Middle layers: an average load. Loading the teacher counts, as it does for a worker.
constexpr char kAllLayers[] = "11,12,13,14,15,16,17,18";
constexpr char kSomeLayers[] = "11,14,15,18",
               kOtherLayers[] = "12,13,16,17";  // equal halves of the arithmetic

TimedCommand ScoreCommand(const TwoWorkersBench& bench, const char* output, const char* layers) {
  return {{(ProgramsFolder() / "rad-executor").string(), "score-heads", bench.model.string(), "--examples",
           bench.examples.string(), "--layers", layers, "--dtype",
           bench.precision == Precision::kBfloat16 ? "bf16" : "float32"},
          bench.folder / output,
          /*threads=*/1};
}

absl::StatusOr<nlohmann::json> ReadJson(const std::filesystem::path& path) {
  std::ifstream file(path);
  nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InternalError(absl::StrCat(path.string(), " is not JSON"));
  return json;
}

}  // namespace

absl::Status BenchTwoWorkers(const TwoWorkersBench& bench, const EmitRow& emit) {
  const auto one = RunSeconds({ScoreCommand(bench, "one.json", kAllLayers)});
  if (!one.ok()) return one.status();
  const auto two = RunSeconds(
      {ScoreCommand(bench, "first.json", kSomeLayers), ScoreCommand(bench, "second.json", kOtherLayers)});
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
        {"precision", bench.precision == Precision::kBfloat16 ? "bfloat16" : "float32"},
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

absl::Status BenchRaceAgreement(const std::filesystem::path& test_data, const std::filesystem::path& folder,
                                const EmitRow& emit) {
  const std::filesystem::path output = folder / "agreement.jsonl";
  const auto ran =
      RunSeconds({{{(ProgramsFolder() / "race_agreement").string(), test_data.string()}, output}});
  if (!ran.ok()) return ran.status();
  std::ifstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json row = nlohmann::json::parse(line);
    emit({row.at("name"), row.at("value"), row.at("unit"), {}, {}});
  }
  return absl::OkStatus();
}

}  // namespace rad
