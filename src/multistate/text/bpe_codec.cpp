#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/added_tokens.h"
#include "multistate/text/bpe.h"
#include "multistate/text/byte_alphabet.h"
#include "multistate/text/normalizer.h"
#include "multistate/text/pre_tokenizer.h"
#include "multistate/text/token_codec.h"
#include "multistate/text/token_decoder.h"
#include "multistate/text/tokenizer_digest.h"

namespace multistate {
namespace {

bool is_byte_level(const BpeSpec& kind) {
  for (const PreTokenizerStep& step : kind.pre_tokenizer) {
    if (std::holds_alternative<BytesToAlphabet>(step)) {
      return true;
    }
  }
  return false;
}

/// The bytes each token stands for; added tokens that BPE does not make stand for themselves.
std::vector<std::string> bytes_of_tokens(const TokenizerSpec& spec, const BpeSpec& kind) {
  std::vector<bool> added(spec.tokens.size());
  for (const AddedToken& token : spec.added_tokens) {
    added[static_cast<size_t>(token.id)] = true;
  }
  const TokenDecoder decoder(kind.decoder, spec.source);
  const size_t made = kind.made_tokens == 0 ? spec.tokens.size() : kind.made_tokens;
  std::vector<std::string> all;
  for (size_t id = 0; id < spec.tokens.size(); ++id) {
    if (spec.tokens[id].empty() && !added[id]) {
      throw InputError(fmt::format("{}: token {} is empty", spec.source, id));
    }
    all.push_back(id < made ? decoder.bytes_of(spec.tokens[id]) : spec.tokens[id]);
  }
  return all;
}

/// Those that are looked for in normalized text, as they read there.
std::vector<AddedToken> normalized_tokens(const TokenizerSpec& spec, const Normalizer& normalizer) {
  std::vector<AddedToken> tokens;
  for (AddedToken token : spec.added_tokens) {
    if (!token.normalized) {
      continue;
    }
    const std::string content = normalizer.normalize(token.content);
    if (content.empty()) {
      throw InputError(fmt::format("{}: the added token {} ({}) is empty after normalization",
                                   spec.source, token.id, in_quotes(token.content)));
    }
    token.content = content;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

void add_options(const BpeSpec& kind, TokenizerDigest& digest) {
  for (const NormalizerStep& step : kind.normalizer) {
    digest.add("normalizer " + to_text(step));
  }
  const bool plain_decoder = kind.decoder.steps.size() == 1 && !kind.decoder.drop_first_space &&
                             std::holds_alternative<BytesFromAlphabet>(kind.decoder.steps[0]);
  if (!plain_decoder) {
    for (const DecoderStep& step : kind.decoder.steps) {
      digest.add("decoder " + to_text(step));
    }
    digest.add(kind.decoder.drop_first_space ? "drop first space" : "keep first space");
  }
  if (kind.byte_fallback) {
    digest.add("byte_fallback");
  }
  if (kind.unknown_token) {
    digest.add("unknown " + *kind.unknown_token);
  }
  if (kind.fuse_unknown) {
    digest.add("fuse_unknown");
  }
}

std::string digest(const TokenizerSpec& spec, const BpeSpec& kind) {
  TokenizerDigest digest;
  digest.add_tokens(spec);
  digest.add(kind.merge_by_id ? "by id" : std::to_string(kind.merges.size()));
  for (const auto& [left, right] : kind.merges) {
    digest.add(left);
    digest.add(right);
  }
  digest.add_added_tokens(spec);
  for (const PreTokenizerStep& step : kind.pre_tokenizer) {
    // The last step of byte-level BPE was not written down when there was nothing else.
    if (!std::holds_alternative<BytesToAlphabet>(step) || &step != &kind.pre_tokenizer.back()) {
      digest.add(to_text(step));
    }
  }
  digest.add(kind.ignore_merges ? "ignore_merges" : "");
  add_options(kind, digest);
  if (!is_byte_level(kind)) {
    digest.add("characters");
  }
  return digest.hex();
}

std::string description(const TokenizerSpec& spec, const BpeSpec& kind) {
  const std::string merges =
      kind.merge_by_id
          ? "merged by id"
          : fmt::format("{} merges", human_count(static_cast<int64_t>(kind.merges.size())));
  return fmt::format("{}BPE, {} tokens, {}", is_byte_level(kind) ? "byte-level " : "",
                     human_count(static_cast<int64_t>(spec.tokens.size())), merges);
}

PreTokenizer::Start start_of(TokenCodec::Before before) {
  switch (before) {
    case TokenCodec::Before::kNothing:
      return PreTokenizer::Start::kBeginning;
    case TokenCodec::Before::kAddedToken:
      return PreTokenizer::Start::kBehindToken;
    case TokenCodec::Before::kText:
      break;
  }
  return PreTokenizer::Start::kInsideText;
}

class BpeCodec final : public TokenCodec {
 public:
  BpeCodec(const TokenizerSpec& spec, const BpeSpec& kind)
      : token_bytes_(bytes_of_tokens(spec, kind)),
        normalizer_(kind.normalizer, spec.source),
        added_(normalized_tokens(spec, normalizer_)),
        pre_tokenizer_(kind.pre_tokenizer, spec.source),
        bpe_(spec, kind),
        byte_level_(is_byte_level(kind)),
        drops_first_space_(kind.decoder.drop_first_space),
        sha256_(digest(spec, kind)),
        description_(multistate::description(spec, kind)) {}

  void encode(std::string_view text, size_t offset, Before before,
              std::vector<int64_t>& ids) const override {
    TextStore store;
    std::string_view normalized = text;
    if (!normalizer_.empty()) {
      normalized = store.emplace_back(normalizer_.normalize(text, before != Before::kText));
    }
    // Most pieces of a text are words that came before.
    std::unordered_map<std::string_view, std::vector<int64_t>> known;
    const auto add_piece = [&](std::string_view piece) {
      auto& encoded = known[piece];
      if (encoded.empty()) {
        const std::string_view without_token = bpe_.encode(piece, encoded);
        if (!without_token.empty()) {
          fail(without_token, text, offset);
        }
      }
      ids.insert(ids.end(), encoded.begin(), encoded.end());
    };
    added_.split(
        normalized,
        [&](std::string_view between) {
          const bool first = between.data() == normalized.data();
          const auto start = first ? start_of(before) : PreTokenizer::Start::kBehindToken;
          for (const std::string_view piece : pre_tokenizer_.split(between, start, store)) {
            add_piece(piece);
          }
        },
        [&](const AddedToken& token) { ids.push_back(token.id); });
  }

  std::vector<std::string> token_bytes() const override { return token_bytes_; }
  bool writes_space_before() const override { return drops_first_space_; }
  std::string description() const override { return description_; }
  std::string sha256() const override { return sha256_; }

 private:
  [[noreturn]] void fail(std::string_view character, std::string_view text, size_t offset) const {
    const auto bytes = byte_level_ ? alphabet_to_bytes(character) : std::nullopt;
    const std::string what =
        bytes ? fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(bytes->front()))
              : in_quotes(character);
    // Nowhere where a step before has written it.
    const size_t place = text.find(bytes ? std::string_view(*bytes) : character);
    throw InputError(fmt::format(
        "the vocabulary has no token for {}{}", what,
        place == std::string_view::npos ? "" : fmt::format(" at offset {}", offset + place)));
  }

  std::vector<std::string> token_bytes_;
  Normalizer normalizer_;
  AddedTokens added_;
  PreTokenizer pre_tokenizer_;
  Bpe bpe_;
  bool byte_level_;
  bool drops_first_space_;
  std::string sha256_;
  std::string description_;
};

}  // namespace

std::unique_ptr<TokenCodec> make_codec(const TokenizerSpec& spec, const BpeSpec& kind) {
  return std::make_unique<BpeCodec>(spec, kind);
}

}  // namespace multistate
