// gguf_names.h: GGUF's names of weights and Hugging Face's, for Llama and Qwen2.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rad {

// "blk.3.attn_q.weight" -> "model.layers.3.self_attn.q_proj.weight"; nullopt for a name without a
// counterpart.
std::optional<std::string> HuggingFaceName(std::string_view gguf_name);

}  // namespace rad
