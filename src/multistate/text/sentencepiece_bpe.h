#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "multistate/text/sentencepiece_model.h"

namespace multistate {

/// SentencePiece's BPE: starting from characters and user-defined pieces, the adjacent pair whose
/// joined text has the highest score is joined, the leftmost of equal ones, until none is a piece.
/// An unused piece is taken apart again; what is no piece becomes bytes, or unknown. Own code,
/// since libsentencepiece brings a Protocol Buffers that does not go with LibTorch's. Immutable;
/// threads share it.
class SentencePieceBpe {
 public:
  /// Throws InputError, starting with `source`, for pieces that are empty or there twice, without
  /// exactly one unknown piece, and for byte pieces that are not all of them or not asked for.
  SentencePieceBpe(const SentencePieceModel& model, const std::string& source);

  /// Appends the ids of text whose spaces are U+2581.
  void encode(std::string_view text, std::vector<int64_t>& ids) const;

 private:
  struct Run;
  using Parts = std::unordered_map<std::string_view, std::pair<std::string_view, std::string_view>>;

  void read_bytes(const SentencePieceModel& model, const std::string& source);
  std::string_view next_symbol(std::string_view text, bool& frozen) const;
  void consider(Run& run, int32_t left, int32_t right) const;
  void write(std::string_view symbol, const Parts& parts, std::vector<int64_t>& ids) const;
  void write_unknown(std::string_view symbol, std::vector<int64_t>& ids) const;

  struct Piece {
    int32_t id = 0;
    float score = 0;
    bool unused = false;
  };

  std::vector<std::string> texts_;
  std::unordered_map<std::string_view, Piece> pieces_;           ///< That BPE makes.
  std::array<std::vector<std::string_view>, 256> user_defined_;  ///< By first byte, longest first.
  std::vector<int64_t> bytes_;                                   ///< [256], or none.
  int64_t unknown_ = 0;
};

}  // namespace multistate
