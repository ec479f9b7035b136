#include <charconv>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/sentencepiece_bpe.h"
#include "multistate/text/sentencepiece_model.h"
#include "multistate/text/token_codec.h"
#include "multistate/text/tokenizer_digest.h"

namespace multistate {
namespace {

using Type = SentencePieceModel::Type;

constexpr std::string_view kSpace = "\u2581";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// "<0x0A>" is a line feed; SentencePieceBpe has refused other byte pieces.
std::string bytes_of(const SentencePieceModel::Piece& piece) {
  if (piece.type != Type::kByte) {
    return replaced(piece.text, kSpace, " ");
  }
  unsigned value = 0;
  std::from_chars(piece.text.data() + 3, piece.text.data() + 5, value, 16);
  return {static_cast<char>(value)};
}

class SentencePieceCodec final : public TokenCodec {
 public:
  SentencePieceCodec(const TokenizerSpec& spec, const SentencePieceSpec& kind,
                     const SentencePieceModel& model)
      : bpe_(model, spec.source),
        writes_space_(model.add_dummy_prefix),
        space_behind_added_tokens_(kind.space_behind_added_tokens) {
    if (model.pieces.size() > spec.tokens.size()) {
      throw InputError(fmt::format("{}: the model has {} pieces, the vocabulary {} tokens",
                                   spec.source, model.pieces.size(), spec.tokens.size()));
    }
    for (const SentencePieceModel::Piece& piece : model.pieces) {
      token_bytes_.push_back(bytes_of(piece));
    }
    // Tokens behind the pieces are added ones, which the model does not know.
    token_bytes_.resize(spec.tokens.size());
    description_ = fmt::format("SentencePiece BPE, {} tokens",
                               human_count(static_cast<int64_t>(spec.tokens.size())));
    TokenizerDigest digest;
    digest.add(kind.model);
    digest.add_tokens(spec);
    digest.add_added_tokens(spec);
    digest.add(kind.space_behind_added_tokens ? "" : "space at the beginning only");
    sha256_ = digest.hex();
  }

  void encode(std::string_view text, size_t /*offset*/, Before before,
              std::vector<int64_t>& ids) const override {
    const bool inside =
        before == Before::kText || (before == Before::kAddedToken && !space_behind_added_tokens_);
    const std::string spaced = (writes_space_ && !inside ? " " : "") + std::string(text);
    bpe_.encode(replaced(spaced, " ", kSpace), ids);
  }

  std::vector<std::string> token_bytes() const override { return token_bytes_; }
  bool writes_space_before() const override { return writes_space_; }
  std::string description() const override { return description_; }
  std::string sha256() const override { return sha256_; }

 private:
  SentencePieceBpe bpe_;
  bool writes_space_;
  bool space_behind_added_tokens_;
  std::vector<std::string> token_bytes_;
  std::string description_;
  std::string sha256_;
};

}  // namespace

std::unique_ptr<TokenCodec> make_codec(const TokenizerSpec& spec, const SentencePieceSpec& kind) {
  return std::make_unique<SentencePieceCodec>(spec, kind,
                                              parse_sentencepiece_model(kind.model, spec.source));
}

}  // namespace multistate
