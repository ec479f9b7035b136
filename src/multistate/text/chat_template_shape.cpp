#include "multistate/text/chat_template_shape.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "multistate/base/sha256.h"

namespace multistate {
namespace {

constexpr char kSlot = '\x01';
constexpr std::string_view kBlank = " \t\n\r\f\v";

struct Token {
  enum class Kind { kBlanks, kLiteral, kWord, kSign };
  Kind kind;
  std::string_view text;

  bool is(char sign) const { return kind == Kind::kSign && text.front() == sign; }
};

bool is_word_character(char c) {
  return c == '_' ||
         (static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) != 0);
}

/// Size of the literal that starts `text`, its quotes included; 0 when it does not end.
size_t literal_size(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text.front()) {
      return i + 1;
    }
  }
  return 0;
}

/// The token that starts `text`; nothing for a literal that does not end.
std::optional<Token> token_of(std::string_view text) {
  const char first = text.front();
  if (first == '\'' || first == '"') {
    const size_t size = literal_size(text);
    return size > 0 ? std::optional(Token{Token::Kind::kLiteral, text.substr(0, size)})
                    : std::nullopt;
  }
  if (kBlank.find(first) != std::string_view::npos) {
    return Token{Token::Kind::kBlanks, text.substr(0, text.find_first_not_of(kBlank))};
  }
  if (is_word_character(first)) {
    const auto* end = std::find_if_not(text.begin(), text.end(), is_word_character);
    return Token{Token::Kind::kWord, text.substr(0, static_cast<size_t>(end - text.begin()))};
  }
  return Token{Token::Kind::kSign, text.substr(0, 1)};
}

/// The literal's value; nothing where an escape is not one of the few.
std::optional<std::string> value_of(std::string_view literal) {
  std::string value;
  for (size_t i = 1; i + 1 < literal.size(); ++i) {
    if (literal[i] != '\\') {
      value += literal[i];
      continue;
    }
    constexpr std::string_view kEscapes = "nrt\\'\"";
    constexpr std::string_view kMeanings = "\n\r\t\\'\"";
    const size_t which = kEscapes.find(literal[++i]);
    if (which == std::string_view::npos) {
      return std::nullopt;
    }
    value += kMeanings[which];
  }
  return value;
}

bool concatenates_only(const std::vector<Token>& tokens) {
  static constexpr std::array<std::string_view, 7> kKeywords = {"if",  "else", "in", "is",
                                                                "not", "and",  "or"};
  return std::all_of(tokens.begin(), tokens.end(), [](const Token& token) {
    switch (token.kind) {
      case Token::Kind::kWord:
        return std::find(kKeywords.begin(), kKeywords.end(), token.text) == kKeywords.end();
      case Token::Kind::kSign:
        return std::string_view("+~.[]()|,").find(token.text.front()) != std::string_view::npos;
      default:
        return true;
    }
  });
}

class ShapeReader {
 public:
  explicit ShapeReader(std::string_view text) : text_(text) {}

  std::optional<TemplateShape> read() {
    if (text_.find(kSlot) != std::string_view::npos) {
      return std::nullopt;
    }
    while (at_ < text_.size()) {
      const size_t begin = next_tag();
      out_ += text_.substr(at_, begin - at_);
      at_ = begin;
      if (at_ < text_.size() && !(text_[at_ + 1] == '#' ? read_comment() : read_tag())) {
        return std::nullopt;
      }
    }
    return TemplateShape{sha256_hex(out_), std::move(literals_)};
  }

 private:
  size_t next_tag() const {
    for (size_t at = text_.find('{', at_); at != std::string_view::npos;
         at = text_.find('{', at + 1)) {
      if (at + 1 < text_.size() &&
          std::string_view("{%#").find(text_[at + 1]) != std::string_view::npos) {
        return at;
      }
    }
    return text_.size();
  }

  bool read_comment() {
    const size_t end = text_.find("#}", at_ + 2);
    if (end == std::string_view::npos) {
      return false;
    }
    out_ += text_.substr(at_, end + 2 - at_);
    at_ = end + 2;
    return true;
  }

  bool read_tag() {
    const std::string_view open = text_.substr(at_, 2);
    const std::string_view close = open == "{{" ? "}}" : "%}";
    std::vector<Token> tokens;
    for (at_ += 2;; at_ += tokens.back().text.size()) {
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("}}") || rest.starts_with("%}")) {
        break;
      }
      const auto token = rest.empty() ? std::nullopt : token_of(rest);
      if (!token) {
        return false;
      }
      tokens.push_back(*token);
    }
    if (text_.substr(at_, 2) != close) {
      return false;
    }
    at_ += 2;
    return write_tag(open, std::move(tokens), close);
  }

  bool write_tag(std::string_view open, std::vector<Token> tokens, std::string_view close) {
    out_ += open;
    if (!tokens.empty() && tokens.front().is('-')) {
      out_ += '-';
      tokens.erase(tokens.begin());
    }
    const bool cut_after = !tokens.empty() && tokens.back().is('-');
    if (cut_after) {
      tokens.pop_back();
    }
    if (!tokens.empty() && tokens.front().kind == Token::Kind::kBlanks) {
      tokens.erase(tokens.begin());
    }
    if (!tokens.empty() && tokens.back().kind == Token::Kind::kBlanks) {
      tokens.pop_back();
    }
    if (!write_tokens(tokens, open == "{{" && concatenates_only(tokens))) {
      return false;
    }
    out_ += cut_after ? "-" : "";
    out_ += close;
    return true;
  }

  static int nesting(const Token& token) {
    const int opened = token.is('(') || token.is('[') ? 1 : 0;
    return token.is(')') || token.is(']') ? -1 : opened;
  }

  bool write_tokens(const std::vector<Token>& tokens, bool concatenation) {
    int depth = 0;
    bool after_operator = true;
    for (size_t i = 0; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      if (token.kind == Token::Kind::kBlanks) {
        out_ += ' ';
        continue;
      }
      depth += nesting(token);
      const bool operand = concatenation && depth == 0 && token.kind == Token::Kind::kLiteral &&
                           after_operator && before_operator(tokens, i);
      if (operand) {
        auto value = value_of(token.text);
        if (!value) {
          return false;
        }
        literals_.push_back(*std::move(value));
        out_ += kSlot;
      } else {
        out_ += token.text;
      }
      after_operator = token.is('+') || token.is('~');
    }
    return true;
  }

  static bool before_operator(const std::vector<Token>& tokens, size_t i) {
    ++i;
    if (i < tokens.size() && tokens[i].kind == Token::Kind::kBlanks) {
      ++i;
    }
    return i == tokens.size() || tokens[i].is('+') || tokens[i].is('~');
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string out_;
  std::vector<std::string> literals_;
};

}  // namespace

std::string normalised_template(std::string_view chat_template) {
  std::string text;
  text.reserve(chat_template.size());
  for (size_t i = 0; i < chat_template.size(); ++i) {
    if (chat_template[i] != '\r') {
      text += chat_template[i];
    } else if (i + 1 == chat_template.size() || chat_template[i + 1] != '\n') {
      text += '\n';
    }
  }
  if (text.ends_with('\n')) {
    text.pop_back();
  }
  return text;
}

std::string template_identity(std::string_view chat_template) {
  return sha256_hex(normalised_template(chat_template));
}

std::optional<TemplateShape> template_shape(std::string_view chat_template) {
  return ShapeReader(normalised_template(chat_template)).read();
}

}  // namespace multistate
