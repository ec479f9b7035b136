#include "multistate/text/bpe.h"

#include <queue>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr int32_t kNoToken = -1;

uint64_t pair_key(int32_t left, int32_t right) {
  return (static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32) | static_cast<uint32_t>(right);
}

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

}  // namespace

/// A token of the piece, in a list from left to right.
struct Bpe::Symbol {
  int32_t id = 0;
  size_t begin = 0;  ///< Of its bytes in the piece.
  size_t size = 0;
  int32_t previous = -1;
  int32_t next = -1;
  bool joined = false;
};

Bpe::Bpe(const TokenizerSpec& spec, const BpeSpec& kind)
    : byte_ids_(256, kNoToken),
      fuse_unknown_(kind.fuse_unknown),
      whole_pieces_(kind.ignore_merges),
      merge_by_id_(kind.merge_by_id) {
  read_tokens(spec, kind);
  read_merges(spec.source, kind);
}

void Bpe::read_tokens(const TokenizerSpec& spec, const BpeSpec& kind) {
  tokens_ = spec.tokens;
  tokens_.resize(kind.made_tokens == 0 ? tokens_.size() : kind.made_tokens);
  if (merge_by_id_) {
    for (const AddedToken& token : spec.added_tokens) {
      tokens_[static_cast<size_t>(token.id)].clear();
    }
  }
  for (size_t id = 0; id < tokens_.size(); ++id) {
    if (tokens_[id].empty()) {
      continue;
    }
    const auto [place, inserted] = ids_.emplace(tokens_[id], static_cast<int32_t>(id));
    if (!inserted) {
      throw InputError(fmt::format("{}: tokens {} and {} are both {}", spec.source, place->second,
                                   id, in_quotes(tokens_[id])));
    }
  }
  const auto id_of = [&](std::string_view token) {
    const auto found = ids_.find(token);
    return found == ids_.end() ? kNoToken : found->second;
  };
  for (size_t byte = 0; kind.byte_fallback && byte < 256; ++byte) {
    byte_ids_[byte] = id_of(fmt::format("<0x{:02X}>", byte));
  }
  unknown_id_ = kind.unknown_token ? id_of(*kind.unknown_token) : kNoToken;
}

void Bpe::read_merges(const std::string& source, const BpeSpec& kind) {
  const auto find = [&](const std::string& token, size_t rank) {
    const auto found = ids_.find(token);
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

bool Bpe::append_bytes(std::string_view character, size_t begin,
                       std::vector<Symbol>& symbols) const {
  const size_t before = symbols.size();
  for (size_t i = 0; i < character.size(); ++i) {
    const int32_t id = byte_ids_[static_cast<unsigned char>(character[i])];
    if (id == kNoToken) {
      symbols.resize(before);
      return false;
    }
    symbols.push_back({id, begin + i, 1});
  }
  return true;
}

std::vector<Bpe::Symbol> Bpe::symbols_of(std::string_view piece,
                                         std::string_view& without_token) const {
  std::vector<Symbol> symbols;
  symbols.reserve(piece.size());
  std::optional<Symbol> unknown;
  const auto flush_unknown = [&] {
    if (unknown) {
      symbols.push_back(*std::exchange(unknown, std::nullopt));
    }
  };
  for (size_t i = 0; i < piece.size();) {
    const std::string_view character = piece.substr(i, utf8_length(piece.substr(i)));
    const auto found = ids_.find(character);
    if (found != ids_.end()) {
      flush_unknown();
      symbols.push_back({found->second, i, character.size()});
    } else if (!append_bytes(character, i, symbols)) {
      if (unknown_id_ == kNoToken) {
        without_token = character;
        return {};
      }
      // As in the reference, bytes do not end a run of unknown characters: its token follows them.
      if (unknown && fuse_unknown_) {
        unknown->size += character.size();
      } else {
        flush_unknown();
        unknown = Symbol{unknown_id_, i, character.size()};
      }
    }
    i += character.size();
  }
  flush_unknown();
  chain(symbols);
  return symbols;
}

void Bpe::chain(std::vector<Symbol>& symbols) {
  for (size_t i = 0; i < symbols.size(); ++i) {
    symbols[i].previous = static_cast<int32_t>(i) - 1;
    symbols[i].next = i + 1 < symbols.size() ? static_cast<int32_t>(i) + 1 : -1;
  }
}

std::optional<Bpe::Merge> Bpe::merge_of(const Symbol& left, const Symbol& right,
                                        std::string_view piece) const {
  if (merge_by_id_) {
    const auto found = ids_.find(piece.substr(left.begin, left.size + right.size));
    return found == ids_.end() ? std::nullopt : std::optional(Merge{found->second, found->second});
  }
  const auto found = merges_.find(pair_key(left.id, right.id));
  return found == merges_.end() ? std::nullopt : std::optional(found->second);
}

std::string_view Bpe::encode(std::string_view piece, std::vector<int64_t>& ids) const {
  if (whole_pieces_) {
    const auto found = ids_.find(piece);
    if (found != ids_.end()) {
      ids.push_back(found->second);
      return {};
    }
  }
  std::string_view without_token;
  auto symbols = symbols_of(piece, without_token);
  merge(piece, symbols);
  for (int32_t i = symbols.empty() ? -1 : 0; i >= 0; i = symbols[static_cast<size_t>(i)].next) {
    ids.push_back(symbols[static_cast<size_t>(i)].id);
  }
  return without_token;
}

void Bpe::merge(std::string_view piece, std::vector<Symbol>& symbols) const {
  std::priority_queue<Candidate> queue;
  const auto consider = [&](int32_t left, int32_t right) {
    if (left < 0 || right < 0) {
      return;
    }
    const Symbol& one = symbols[static_cast<size_t>(left)];
    const Symbol& other = symbols[static_cast<size_t>(right)];
    if (const auto merge = merge_of(one, other, piece)) {
      queue.push({merge->rank, left, right, one.id, other.id, merge->id});
    }
  };
  const auto outdated = [](const Candidate& candidate, const Symbol& left, const Symbol& right) {
    return left.joined || right.joined || left.next != candidate.right ||
           left.id != candidate.left_id || right.id != candidate.right_id;
  };
  for (int32_t i = 0; i + 1 < static_cast<int32_t>(symbols.size()); ++i) {
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
    left.size += right.size;
    left.next = right.next;
    right.joined = true;
    if (left.next >= 0) {
      symbols[static_cast<size_t>(left.next)].previous = best.left;
    }
    consider(left.previous, best.left);
    consider(best.left, left.next);
  }
}

}  // namespace multistate
