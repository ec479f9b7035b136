#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Byte-pair encoding of one piece of text: starting from single bytes, the adjacent pair whose
/// merge comes first is joined until no pair has a merge (Sennrich et al., arXiv:1508.07909). What
/// comes first is the order of the listed merges or, without a list, that of the ids of the joined
/// tokens, where every pair that makes a token has a merge. Immutable; threads share it.
class Bpe {
 public:
  /// `token_bytes`: the bytes of every token by id, empty for those that BPE does not make (added
  /// tokens). Throws InputError, starting with spec.source, when two tokens have the same bytes, or
  /// a merge names a token that is not there.
  Bpe(const TokenizerSpec& spec, const ByteLevelSpec& kind, std::vector<std::string> token_bytes);

  /// Where the first byte is that no token stands for: some vocabularies leave out control
  /// characters.
  std::optional<size_t> first_unknown(std::string_view piece) const;

  /// Appends the ids of `piece`, which is not empty and has no unknown byte.
  void encode(std::string_view piece, std::vector<int64_t>& ids) const;

 private:
  struct Merge {
    int32_t rank = 0;
    int32_t id = 0;
  };

  void read_tokens(const TokenizerSpec& spec);
  void read_merges(const std::string& source, const ByteLevelSpec& kind);

  /// What joining two neighbours gives; nothing where they may not be joined. `joined` is their
  /// text.
  std::optional<Merge> merge_of(int32_t left_id, int32_t right_id, std::string_view joined) const;
  void merge(std::string_view piece, std::vector<int64_t>& ids) const;

  std::vector<std::string> token_bytes_;
  std::unordered_map<std::string_view, int32_t> ids_;  ///< Views into token_bytes_.
  std::unordered_map<uint64_t, Merge> merges_;         ///< By pair of ids.
  std::vector<int32_t> byte_ids_;                      ///< [256]
  bool whole_pieces_ = false;
  bool merge_by_id_ = false;
};

}  // namespace multistate
