// sha256.h: SHA-256 of anything, piece by piece.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace rad {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void Update(std::span<const std::byte> bytes);
  // Lower-case hex; call once, last.
  std::string Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace rad
