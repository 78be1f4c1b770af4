#include "worker/model/gguf_names.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr Pair kOuter[] = {
    {"token_embd.weight", "model.embed_tokens.weight"},
    {"output_norm.weight", "model.norm.weight"},
    {"output.weight", "lm_head.weight"},
};

// After "blk.<n>." and "model.layers.<n>.", before ".weight" or ".bias".
constexpr Pair kOfLayer[] = {
    {"attn_norm", "input_layernorm"}, {"ffn_norm", "post_attention_layernorm"},
    {"attn_q", "self_attn.q_proj"},   {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},   {"attn_output", "self_attn.o_proj"},
    {"ffn_gate", "mlp.gate_proj"},    {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
};

bool IsLayerNumber(std::string_view text) {
  return !text.empty() && text.size() <= 9 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

std::optional<std::string> HuggingFaceName(std::string_view name) {
  for (const auto& [gguf, hf] : kOuter) {
    if (name == gguf) return std::string(hf);
  }
  constexpr std::string_view kPrefix = "blk.";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  const std::size_t dot = name.find('.'), last_dot = name.rfind('.');
  if (dot == name.npos || last_dot == dot || !IsLayerNumber(name.substr(0, dot))) return std::nullopt;
  const std::string_view suffix = name.substr(last_dot);
  if (suffix != ".weight" && suffix != ".bias") return std::nullopt;
  for (const auto& [gguf, hf] : kOfLayer) {
    if (name.substr(dot + 1, last_dot - dot - 1) == gguf) {
      return StrCat("model.layers.", name.substr(0, dot), ".", hf, suffix);
    }
  }
  return std::nullopt;
}

}  // namespace rad
