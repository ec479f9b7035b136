#include "multistate/text/token_decoder.h"

#include <charconv>
#include <optional>
#include <utility>

#include "multistate/text/byte_alphabet.h"
#include "multistate/text/normalizer.h"

namespace multistate {
namespace {

/// The byte that "<0x0A>" stands for.
std::optional<char> byte_of_hex(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') {
    return std::nullopt;
  }
  unsigned value = 0;
  const auto [end, error] = std::from_chars(token.data() + 3, token.data() + 5, value, 16);
  return error == std::errc() && end == token.data() + 5 ? std::optional(static_cast<char>(value))
                                                         : std::nullopt;
}

}  // namespace

TokenDecoder::TokenDecoder(const Decoder& decoder, const std::string& source) {
  for (const DecoderStep& step : decoder.steps) {
    const auto* replace = std::get_if<ReplaceText>(&step);
    steps_.push_back({step, replace == nullptr
                                ? nullptr
                                : std::make_unique<const TextMatcher>(replace->pattern, source)});
  }
}

std::string TokenDecoder::bytes_of(std::string_view token) const {
  std::string text(token);
  for (const Step& step : steps_) {
    if (const auto* replace = std::get_if<ReplaceText>(&step.step)) {
      text = replace_matches(*step.matcher, text, replace->replacement);
    } else if (std::holds_alternative<BytesFromHex>(step.step)) {
      if (const auto byte = byte_of_hex(text)) {
        return {*byte};
      }
    } else if (auto bytes = alphabet_to_bytes(text)) {
      return *std::move(bytes);
    }
  }
  return text;
}

}  // namespace multistate
