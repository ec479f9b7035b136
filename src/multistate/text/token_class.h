#pragma once

#include <array>
#include <string_view>

namespace multistate {

/// What the text of a token is, at a glance. The first that fits counts:
///
///     newline      it holds a line feed or carriage return
///     digit        it holds a numeric character (Unicode Nd, Nl, No)
///     punctuation  all its characters but white space are punctuation or symbols (P*, S*)
///     capitalised  its first character that is no white space is an upper-case letter (Lu, Lt)
///     other        anything else: words in small letters, their ends, blanks, parts of a character
enum class TokenClass { kNewline, kDigit, kPunctuation, kCapitalised, kOther };

constexpr size_t kTokenClasses = 5;

/// In the order of TokenClass.
constexpr std::array<const char*, kTokenClasses> kTokenClassNames = {
    "newline", "digit", "punctuation", "capitalised", "other"};

/// `text`: the bytes of one token, white space before a word included.
TokenClass token_class(std::string_view text);

}  // namespace multistate
