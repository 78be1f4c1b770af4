// teacher_model.h: a Transformer as a language model, with a full key-value cache for decoding.
#pragma once

#include <memory>

#include "worker/model/language_model.h"
#include "worker/model/transformer.h"

namespace rad {

// The decode state holds "kv_cache": K and V (rope applied) of every key-value head of every layer, allocated
// at once for the whole context. DecodingBytesByFormula is layers * G * 2 * P * context at 2 bytes each.
std::unique_ptr<LanguageModel> MakeTeacherModel(Transformer model);

}  // namespace rad
