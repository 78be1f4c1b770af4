// forward MODEL [--dtype bf16]: JSON lines on stdin, {"ids"} -> {"top", "logsumexp", "mean_nll"}.
#include <ATen/ATen.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "worker/model/check_ids.h"
#include "worker/model/open_language_model.h"
#include "worker/model/token_loss.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/json_lines.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

constexpr std::int64_t kTop = 20;

// logits [V] -> [[id, logit], ...], largest first.
nlohmann::json TopJson(const at::Tensor& logits) {
  const auto [values, ids] = logits.topk(std::min(kTop, logits.size(0)));
  nlohmann::json top = nlohmann::json::array();
  for (std::int64_t i = 0; i < ids.size(0); ++i) {
    top.push_back({ids[i].item<std::int64_t>(), values[i].item<float>()});
  }
  return top;
}

// Of tokens 1..n-1 given those before; null for a single token, which nothing predicts.
nlohmann::json MeanNll(const LanguageModel& model, const at::Tensor& hidden, const at::Tensor& ids) {
  const std::int64_t predicted = ids.size(0) - 1;
  if (predicted == 0) return nullptr;
  return -TokenLogprobs(model, hidden.narrow(0, 0, predicted), ids.narrow(0, 1, predicted))
              .to(at::kDouble)
              .mean()
              .item<double>();
}

absl::StatusOr<nlohmann::json> Answer(const LanguageModel& model, const nlohmann::json& request) {
  const auto list = IdsIn(request);
  if (!list.ok()) return list.status();
  if (absl::Status status = CheckIds(model.config(), *list); !status.ok()) return status;
  const c10::InferenceMode inference;
  const at::Tensor ids = at::tensor(*list).to(at::kLong);
  const at::Tensor hidden = model.HiddenStates(ids.unsqueeze(0))[0];
  const at::Tensor last = model.Logits(hidden[-1].unsqueeze(0))[0].to(at::kFloat);
  return nlohmann::json{{"top", TopJson(last)},
                        {"logsumexp", last.to(at::kDouble).logsumexp(0).item<double>()},
                        {"mean_nll", MeanNll(model, hidden, ids)}};
}

}  // namespace

int ForwardTool(int argc, char** argv) {
  CLI::App app{"The logits after a list of token ids: one JSON object a line on stdin"};
  std::string path, dtype = "float32";
  app.add_option("MODEL", path, "a .gguf file, a Hugging Face folder or an exported student")->required();
  app.add_option("--dtype", dtype, "float32 or bf16, of weights and arithmetic")
      ->check(CLI::IsMember({"float32", "bf16"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto model = OpenLanguageModel(path, dtype == "bf16" ? at::kBFloat16 : at::kFloat);
  if (!model.ok()) return Fail(model.status());
  const absl::Status status = AnswerJsonLines(
      std::cin, std::cout, [&](const nlohmann::json& request) { return Answer(**model, request); });
  return status.ok() ? 0 : Fail(status);
}

}  // namespace rad
