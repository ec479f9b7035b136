#include "multistate/text/sentencepiece_bpe.h"

#include <algorithm>
#include <queue>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

using Type = SentencePieceModel::Type;

int64_t unknown_piece(const SentencePieceModel& model, const std::string& source) {
  std::vector<int64_t> unknown;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    if (model.pieces[id].type == Type::kUnknown) {
      unknown.push_back(static_cast<int64_t>(id));
    }
  }
  if (unknown.size() != 1) {
    throw InputError(
        fmt::format("{}: {} pieces are of type unknown; expected 1", source, unknown.size()));
  }
  return unknown.front();
}

}  // namespace

struct SentencePieceBpe::Run {
  /// In a list from left to right; without text once it is joined to another.
  struct Symbol {
    std::string_view text;
    int32_t previous = -1;
    int32_t next = -1;
    bool frozen = false;  ///< User-defined: it is not joined.
  };

  /// A pair that may be joined. It is out of date when one of the two has changed since.
  struct Candidate {
    float score = 0;
    int32_t left = 0;
    int32_t right = 0;
    size_t bytes = 0;

    bool operator<(const Candidate& other) const {
      return std::make_tuple(score, -left) < std::make_tuple(other.score, -other.left);
    }
  };

  std::vector<Symbol> symbols;
  std::priority_queue<Candidate> queue;
  Parts parts;  ///< What unused pieces were made of.
};

SentencePieceBpe::SentencePieceBpe(const SentencePieceModel& model, const std::string& source) {
  const auto fail = [&](size_t id, const char* problem) {
    throw InputError(
        fmt::format("{}: piece {} ({}) {}", source, id, in_quotes(model.pieces[id].text), problem));
  };
  std::set<std::string_view> seen;
  for (const auto& piece : model.pieces) {
    texts_.push_back(piece.text);
  }
  for (size_t id = 0; id < texts_.size(); ++id) {
    const auto& piece = model.pieces[id];
    if (piece.text.empty() || !seen.insert(texts_[id]).second) {
      fail(id, piece.text.empty() ? "is empty" : "is there twice");
    }
    if (piece.type != Type::kUnknown && piece.type != Type::kControl && piece.type != Type::kByte) {
      pieces_[texts_[id]] = {static_cast<int32_t>(id), piece.score, piece.type == Type::kUnused};
    }
    if (piece.type == Type::kUserDefined) {
      user_defined_[static_cast<unsigned char>(texts_[id].front())].push_back(texts_[id]);
    }
  }
  unknown_ = unknown_piece(model, source);
  for (auto& texts : user_defined_) {
    std::sort(texts.begin(), texts.end(),
              [](std::string_view a, std::string_view b) { return a.size() > b.size(); });
  }
  read_bytes(model, source);
}

void SentencePieceBpe::read_bytes(const SentencePieceModel& model, const std::string& source) {
  std::unordered_map<std::string_view, int64_t> found;
  for (size_t id = 0; id < texts_.size(); ++id) {
    if (model.pieces[id].type == Type::kByte) {
      found[texts_[id]] = static_cast<int64_t>(id);
    }
  }
  for (int byte = 0; byte < 256 && model.byte_fallback; ++byte) {
    const std::string name = fmt::format("<0x{:02X}>", byte);
    const auto place = found.find(name);
    if (place == found.end()) {
      throw InputError(
          fmt::format("{}: there is no piece {} of type byte", source, in_quotes(name)));
    }
    bytes_.push_back(place->second);
  }
  if (found.size() != bytes_.size()) {
    throw InputError(fmt::format("{}: {} pieces are of type byte; expected {}", source,
                                 found.size(), bytes_.size()));
  }
}

std::string_view SentencePieceBpe::next_symbol(std::string_view text, bool& frozen) const {
  for (const std::string_view piece : user_defined_[static_cast<unsigned char>(text.front())]) {
    if (text.starts_with(piece)) {
      frozen = true;
      return text.substr(0, piece.size());
    }
  }
  frozen = false;
  return text.substr(0, utf8_length(text));
}

void SentencePieceBpe::consider(Run& run, int32_t left, int32_t right) const {
  if (left < 0 || right < 0) {
    return;
  }
  const Run::Symbol& one = run.symbols[static_cast<size_t>(left)];
  const Run::Symbol& other = run.symbols[static_cast<size_t>(right)];
  if (one.frozen || other.frozen) {
    return;
  }
  // They are adjacent in the text.
  const std::string_view joined(one.text.data(), one.text.size() + other.text.size());
  const auto found = pieces_.find(joined);
  if (found == pieces_.end()) {
    return;
  }
  run.queue.push({found->second.score, left, right, joined.size()});
  if (found->second.unused) {
    run.parts[joined] = {one.text, other.text};
  }
}

void SentencePieceBpe::encode(std::string_view text, std::vector<int64_t>& ids) const {
  Run run;
  for (std::string_view rest = text; !rest.empty();) {
    Run::Symbol symbol;
    symbol.text = next_symbol(rest, symbol.frozen);
    rest.remove_prefix(symbol.text.size());
    const auto place = static_cast<int32_t>(run.symbols.size());
    symbol.previous = place - 1;
    symbol.next = rest.empty() ? -1 : place + 1;
    run.symbols.push_back(symbol);
  }
  for (int32_t i = 1; i < static_cast<int32_t>(run.symbols.size()); ++i) {
    consider(run, i - 1, i);
  }
  while (!run.queue.empty()) {
    const Run::Candidate best = run.queue.top();
    run.queue.pop();
    Run::Symbol& left = run.symbols[static_cast<size_t>(best.left)];
    Run::Symbol& right = run.symbols[static_cast<size_t>(best.right)];
    if (left.text.empty() || right.text.empty() ||
        left.text.size() + right.text.size() != best.bytes) {
      continue;
    }
    left.text = {left.text.data(), best.bytes};
    right.text = {};
    left.next = right.next;
    if (left.next >= 0) {
      run.symbols[static_cast<size_t>(left.next)].previous = best.left;
    }
    consider(run, left.previous, best.left);
    consider(run, best.left, left.next);
  }
  std::vector<int64_t> made;
  for (const Run::Symbol& symbol : run.symbols) {
    if (!symbol.text.empty()) {
      write(symbol.text, run.parts, made);
    }
  }
  ids.insert(ids.end(), made.begin(), made.end());
}

void SentencePieceBpe::write(std::string_view symbol, const Parts& parts,
                             std::vector<int64_t>& ids) const {
  const auto found = pieces_.find(symbol);
  if (found == pieces_.end()) {
    write_unknown(symbol, ids);
    return;
  }
  const auto made_of = found->second.unused ? parts.find(symbol) : parts.end();
  if (made_of == parts.end()) {
    ids.push_back(found->second.id);
    return;
  }
  write(made_of->second.first, parts, ids);
  write(made_of->second.second, parts, ids);
}

void SentencePieceBpe::write_unknown(std::string_view symbol, std::vector<int64_t>& ids) const {
  if (bytes_.empty()) {
    // One for a run of unknown characters.
    if (ids.empty() || ids.back() != unknown_) {
      ids.push_back(unknown_);
    }
    return;
  }
  for (const char byte : symbol) {
    ids.push_back(bytes_[static_cast<unsigned char>(byte)]);
  }
}

}  // namespace multistate
