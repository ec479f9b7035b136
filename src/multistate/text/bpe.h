#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Byte-pair encoding of one piece of text: starting from single characters, the adjacent pair
/// whose merge comes first is joined until no pair has a merge (Sennrich et al., arXiv:1508.07909).
/// What comes first is the order of the listed merges or, without a list, that of the ids of the
/// joined tokens, where every pair that makes a token has a merge. Immutable; threads share it.
class Bpe {
 public:
  /// Throws InputError, starting with spec.source, when two tokens are the same, or a merge names a
  /// token that is not there.
  Bpe(const TokenizerSpec& spec, const BpeSpec& kind);

  /// Appends the ids of `piece`, which is valid UTF-8 and not empty. Returns the first character
  /// that no token, not even the unknown one, stands for, when nothing is appended; else "".
  std::string_view encode(std::string_view piece, std::vector<int64_t>& ids) const;

 private:
  struct Merge {
    int32_t rank = 0;
    int32_t id = 0;
  };
  struct Symbol;

  void read_tokens(const TokenizerSpec& spec, const BpeSpec& kind);
  void read_merges(const std::string& source, const BpeSpec& kind);

  /// The token of a character, or those of its bytes, or the unknown one.
  std::vector<Symbol> symbols_of(std::string_view piece, std::string_view& without_token) const;
  static void chain(std::vector<Symbol>& symbols);
  bool append_bytes(std::string_view character, size_t begin, std::vector<Symbol>& symbols) const;

  /// What joining two neighbours gives; nothing where they may not be joined.
  std::optional<Merge> merge_of(const Symbol& left, const Symbol& right,
                                std::string_view piece) const;
  void merge(std::string_view piece, std::vector<Symbol>& symbols) const;

  std::vector<std::string> tokens_;                    ///< Those that BPE makes, by id; else "".
  std::unordered_map<std::string_view, int32_t> ids_;  ///< Views into tokens_.
  std::unordered_map<uint64_t, Merge> merges_;         ///< By pair of ids.
  std::vector<int32_t> byte_ids_;  ///< [256] of "<0x0A>"; -1 where there is none, or no fallback.
  int32_t unknown_id_ = -1;
  bool fuse_unknown_ = false;
  bool whole_pieces_ = false;
  bool merge_by_id_ = false;
};

}  // namespace multistate
