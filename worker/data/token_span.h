// token_span.h: consecutive token ids in a mapped shard, of two or four bytes each. A view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "worker/text/tokenizer.h"

namespace rad {

class TokenSpan {
 public:
  TokenSpan(const std::byte* first, std::size_t size, std::uint32_t id_bytes)
      : first_(first), size_(size), id_bytes_(id_bytes) {}

  std::size_t size() const { return size_; }

  TokenId operator[](std::size_t i) const {
    std::uint32_t id = 0;
    std::memcpy(&id, first_ + i * id_bytes_, id_bytes_);
    return static_cast<TokenId>(id);
  }

  // begin + count must not exceed size().
  TokenSpan Part(std::size_t begin, std::size_t count) const {
    return {first_ + begin * id_bytes_, count, id_bytes_};
  }

  std::vector<TokenId> Ids() const {
    std::vector<TokenId> ids(size_);
    for (std::size_t i = 0; i < size_; ++i) ids[i] = (*this)[i];
    return ids;
  }

 private:
  const std::byte* first_;
  std::size_t size_;
  std::uint32_t id_bytes_;
};

}  // namespace rad
