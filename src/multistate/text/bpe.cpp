#include "multistate/text/bpe.h"

#include <queue>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/byte_alphabet.h"

namespace multistate {
namespace {

constexpr int32_t kNoToken = -1;

uint64_t pair_key(int32_t left, int32_t right) {
  return (static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32) | static_cast<uint32_t>(right);
}

/// A token of the piece, in a list from left to right.
struct Symbol {
  int32_t id = 0;
  int32_t bytes = 1;
  int32_t previous = -1;
  int32_t next = -1;
  bool joined = false;
};

/// A pair that may be merged. It is out of date when one of the two has changed since.
struct Candidate {
  int32_t rank = 0;
  int32_t left = 0;
  int32_t right = 0;
  int32_t left_id = 0;
  int32_t right_id = 0;
  int32_t merged_id = 0;

  /// The best merge first; of equal ones the leftmost.
  bool operator<(const Candidate& other) const {
    return std::tie(rank, left) > std::tie(other.rank, other.left);
  }
};

/// A symbol a byte.
std::vector<Symbol> symbols_of(std::string_view piece, const std::vector<int32_t>& byte_ids) {
  const auto size = static_cast<int32_t>(piece.size());
  std::vector<Symbol> symbols(piece.size());
  for (int32_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(piece[static_cast<size_t>(i)]);
    symbols[static_cast<size_t>(i)] = {byte_ids[byte], 1, i - 1, i + 1 < size ? i + 1 : -1, false};
  }
  return symbols;
}

bool outdated(const Candidate& candidate, const Symbol& left, const Symbol& right) {
  return left.joined || right.joined || left.next != candidate.right ||
         left.id != candidate.left_id || right.id != candidate.right_id;
}

}  // namespace

Bpe::Bpe(const TokenizerSpec& spec, const ByteLevelSpec& kind, std::vector<std::string> token_bytes)
    : token_bytes_(std::move(token_bytes)),
      whole_pieces_(kind.ignore_merges),
      merge_by_id_(kind.merge_by_id) {
  read_tokens(spec);
  read_merges(spec.source, kind);
}

void Bpe::read_tokens(const TokenizerSpec& spec) {
  for (size_t id = 0; id < token_bytes_.size(); ++id) {
    if (token_bytes_[id].empty()) {
      continue;
    }
    const auto [place, inserted] = ids_.emplace(token_bytes_[id], static_cast<int32_t>(id));
    if (!inserted) {
      throw InputError(fmt::format("{}: tokens {} and {} are both {}", spec.source, place->second,
                                   id, in_quotes(spec.tokens[id])));
    }
  }
  for (int byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    const auto found = ids_.find(std::string_view(&text, 1));
    byte_ids_.push_back(found == ids_.end() ? kNoToken : found->second);
  }
}

std::optional<size_t> Bpe::first_unknown(std::string_view piece) const {
  for (size_t i = 0; i < piece.size(); ++i) {
    if (byte_ids_[static_cast<unsigned char>(piece[i])] == kNoToken) {
      return i;
    }
  }
  return std::nullopt;
}

void Bpe::read_merges(const std::string& source, const ByteLevelSpec& kind) {
  const auto find = [&](const std::string& token, size_t rank) {
    const auto bytes = alphabet_to_bytes(token);
    const auto found = bytes ? ids_.find(*bytes) : ids_.end();
    if (found == ids_.end()) {
      throw InputError(fmt::format("{}: merge {} names {}, which is not in the vocabulary", source,
                                   rank, in_quotes(token)));
    }
    return found->second;
  };
  for (size_t rank = 0; rank < kind.merges.size(); ++rank) {
    const auto& [left, right] = kind.merges[rank];
    const int32_t left_id = find(left, rank);
    const int32_t right_id = find(right, rank);
    const Merge merge = {static_cast<int32_t>(rank), find(left + right, rank)};
    if (!merges_.emplace(pair_key(left_id, right_id), merge).second) {
      throw InputError(fmt::format("{}: merge {} ({} {}) is given twice", source, rank,
                                   in_quotes(left), in_quotes(right)));
    }
  }
}

std::optional<Bpe::Merge> Bpe::merge_of(int32_t left_id, int32_t right_id,
                                        std::string_view joined) const {
  if (merge_by_id_) {
    const auto found = ids_.find(joined);
    return found == ids_.end() ? std::nullopt : std::optional(Merge{found->second, found->second});
  }
  const auto found = merges_.find(pair_key(left_id, right_id));
  return found == merges_.end() ? std::nullopt : std::optional(found->second);
}

void Bpe::encode(std::string_view piece, std::vector<int64_t>& ids) const {
  if (whole_pieces_) {
    const auto found = ids_.find(piece);
    if (found != ids_.end()) {
      ids.push_back(found->second);
      return;
    }
  }
  merge(piece, ids);
}

void Bpe::merge(std::string_view piece, std::vector<int64_t>& ids) const {
  const auto size = static_cast<int32_t>(piece.size());
  auto symbols = symbols_of(piece, byte_ids_);
  std::priority_queue<Candidate> queue;
  const auto consider = [&](int32_t left, int32_t right) {
    if (left < 0 || right < 0) {
      return;
    }
    const Symbol& one = symbols[static_cast<size_t>(left)];
    const Symbol& other = symbols[static_cast<size_t>(right)];
    const auto joined =
        piece.substr(static_cast<size_t>(left), static_cast<size_t>(one.bytes + other.bytes));
    if (const auto merge = merge_of(one.id, other.id, joined)) {
      queue.push({merge->rank, left, right, one.id, other.id, merge->id});
    }
  };
  for (int32_t i = 0; i + 1 < size; ++i) {
    consider(i, i + 1);
  }
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[static_cast<size_t>(best.left)];
    Symbol& right = symbols[static_cast<size_t>(best.right)];
    if (outdated(best, left, right)) {
      continue;
    }
    left.id = best.merged_id;
    left.bytes += right.bytes;
    left.next = right.next;
    right.joined = true;
    if (left.next >= 0) {
      symbols[static_cast<size_t>(left.next)].previous = best.left;
    }
    consider(left.previous, best.left);
    consider(best.left, left.next);
  }
  for (int32_t i = 0; i >= 0 && i < size; i = symbols[static_cast<size_t>(i)].next) {
    ids.push_back(symbols[static_cast<size_t>(i)].id);
  }
}

}  // namespace multistate
