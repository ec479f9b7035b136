#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// One kind of tokenizer: how it encodes the text between added tokens. Tokenizer does what all
/// kinds have in common. Immutable; threads share it.
class TokenCodec {
 public:
  virtual ~TokenCodec() = default;

  /// What precedes a piece of text.
  enum class Before { kNothing, kAddedToken, kText };

  /// Appends the ids of `text`, which is valid UTF-8 and not empty. `offset`: where it stands in
  /// what is encoded, for messages.
  virtual void encode(std::string_view text, size_t offset, Before before,
                      std::vector<int64_t>& ids) const = 0;

  /// The bytes that each token stands for in the middle of a text, by id; of special added tokens
  /// anything.
  virtual std::vector<std::string> token_bytes() const = 0;

  /// Whether encode() writes a space before a text.
  virtual bool writes_space_before() const = 0;

  /// "byte-level BPE, 49,152 tokens, 48,900 merges".
  virtual std::string description() const = 0;

  /// Of everything in the spec that affects encode and decode, added tokens included.
  virtual std::string sha256() const = 0;
};

/// One for each kind. Throw InputError, which starts with spec.source, when parts of the spec
/// contradict each other; ids of added tokens are those of tokens.
std::unique_ptr<TokenCodec> make_codec(const TokenizerSpec& spec, const BpeSpec& kind);
std::unique_ptr<TokenCodec> make_codec(const TokenizerSpec& spec, const SentencePieceSpec& kind);

}  // namespace multistate
