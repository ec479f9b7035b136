#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace multistate {

/// A part of a text: its bytes are those from `begin` up to, but not including, `end`.
struct TextSpan {
  size_t begin = 0;
  size_t end = 0;
  bool match = false;  ///< Matched by a pattern, or between two matches.
};

/// Matches in a text and what lies between them, from left to right.
class TextSpans {
 public:
  /// The next match; it begins where the last one ended or behind.
  void add_match(size_t begin, size_t end) {
    add_gap(begin);
    spans_.push_back({begin, end, true});
    done_ = end;
  }

  /// All of a text of `size` bytes.
  std::vector<TextSpan> finish(size_t size) && {
    add_gap(size);
    return std::move(spans_);
  }

  /// Where the last match ended; nothing before the first.
  std::optional<size_t> last_end() const {
    return spans_.empty() ? std::nullopt : std::optional(done_);
  }

 private:
  void add_gap(size_t end) {
    if (end > done_) {
      spans_.push_back({done_, end, false});
    }
  }

  std::vector<TextSpan> spans_;
  size_t done_ = 0;
};

/// A compiled regular expression on UTF-8, in Oniguruma's Ruby syntax, which is what Hugging Face's
/// tokenizers use. Oniguruma keeps its stack on the heap: no text exhausts the program's.
/// Immutable; threads share it.
class Regex {
 public:
  /// Throws InputError, starting with `source`, for a pattern that Oniguruma does not accept.
  Regex(std::string pattern, const std::string& source);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  /// The matches in valid UTF-8 `text` and what lies between them, from left to right; together
  /// they are the text. A match may be empty, but not right behind the one before. Throws
  /// InputError when backtracking takes more than 10^8 steps: a pattern that is quadratic on this
  /// text.
  std::vector<TextSpan> spans(std::string_view text) const;

  /// Whether the pattern matches at the beginning of `text`.
  bool matches_start(std::string_view text) const;

 private:
  struct Compiled;
  std::string pattern_;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace multistate
