#include "multistate/config/override_values.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr std::string_view kRange = "range(";
constexpr std::string_view kBlanks = " \t";

/// Recursive descent over the values of one override.
class ValueParser {
 public:
  ValueParser(std::string_view text, const Mark& mark) : rest_(text), mark_(mark) {}

  /// All values up to the end of the text.
  std::vector<Node> values() {
    std::vector<Node> all;
    do {
      all.push_back(value(0));
    } while (take(','));
    if (!rest_.empty()) {
      fail(fmt::format("unexpected {}", in_quotes(rest_)));
    }
    return all;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw InputError(fmt::format("{}: {}", mark_.text, message));
  }

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  bool take(char wanted) {
    skip_blanks();
    if (!rest_.starts_with(wanted)) {
      return false;
    }
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  Node value(int64_t depth) {
    skip_blanks();
    if (rest_.starts_with('\'') || rest_.starts_with('"')) {
      return quoted_value();
    }
    return take('[') ? list(depth + 1) : plain_value();
  }

  Node list(int64_t depth) {
    if (depth > Node::kMaxDepth) {
      fail(fmt::format("nested more than {} levels deep", Node::kMaxDepth));
    }
    std::vector<Node> items;
    if (take(']')) {
      return Node::list({}, mark_);
    }
    do {
      items.push_back(value(depth));
    } while (take(','));
    if (!take(']')) {
      fail(rest_.empty() ? "a bracket [ is never closed"
                         : fmt::format("unexpected {} in a list", in_quotes(rest_)));
    }
    return Node::list(std::move(items), mark_);
  }

  Node quoted_value() {
    const char quote = rest_.front();
    std::string text;
    for (size_t i = 1; i < rest_.size(); ++i) {
      const bool is_escape = rest_[i] == '\\' && i + 1 < rest_.size() &&
                             (rest_[i + 1] == quote || rest_[i + 1] == '\\');
      if (rest_[i] == quote) {
        rest_.remove_prefix(i + 1);
        return Node::scalar(std::move(text), mark_, true);
      }
      i += is_escape ? 1 : 0;
      text += rest_[i];
    }
    fail(fmt::format("a quote {} is never closed", quote));
  }

  Node plain_value() {
    std::string_view text = rest_.substr(0, rest_.find_first_of(",[]"));
    rest_.remove_prefix(text.size());
    text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
    if (text.empty()) {
      fail("a value is empty; write '' for an empty text");
    }
    refuse_special(text);
    return text == "null" || text == "~" ? Node::null(mark_)
                                         : Node::scalar(std::string(text), mark_);
  }

  /// Characters that other tools give a meaning are not taken as text in silence.
  void refuse_special(std::string_view text) const {
    if (text.find_first_of("'\"") != std::string_view::npos) {
      fail(fmt::format("a quote in the middle of {}; put the whole value in quotes",
                       in_quotes(text)));
    }
    if (text.find_first_of("()") != std::string_view::npos) {
      fail(
          fmt::format("in {}: parentheses belong to range(start,stop,step), which stands by "
                      "itself; put other text "
                      "that has them in quotes",
                      in_quotes(text)));
    }
    if (text.find_first_of("{}") != std::string_view::npos) {
      fail(fmt::format("{} looks like a map; set its keys one by one, or put text in quotes",
                       in_quotes(text)));
    }
  }

  std::string_view rest_;
  const Mark& mark_;
};

}  // namespace

std::vector<Node> parse_override_values(std::string_view text, const Mark& mark) {
  if (text.starts_with(kRange) && text.find(')') == text.size() - 1) {
    return parse_override_range(text.substr(kRange.size(), text.size() - kRange.size() - 1), mark);
  }
  return ValueParser(text, mark).values();
}

}  // namespace multistate
