#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Text <-> token ids. Immutable and safe to share between threads.
class Tokenizer {
 public:
  /// Throws InputError, naming spec.source, when parts of the spec contradict each other.
  static std::unique_ptr<Tokenizer> make(const TokenizerSpec& spec);
  virtual ~Tokenizer() = default;

  /// Ids of valid UTF-8 text; no BOS or EOS is added. Throws InputError at the first byte that is
  /// not UTF-8, or that the vocabulary has no token for (message: offset and byte).
  virtual std::vector<int64_t> encode(std::string_view text) const = 0;

  /// The same for text that continues other text: a tokenizer that writes a space before a text
  /// writes none before this.
  virtual std::vector<int64_t> encode_continuation(std::string_view text) const = 0;

  /// The text of a sequence of tokens, as bytes. decode(encode(text)) == text, but for what the
  /// tokenizer itself changes (a SentencePiece model may normalize); a space that encode() writes
  /// before a text is not part of it. Added tokens appear as written, padding (see
  /// TokenizerSpec::model_ids) as nothing. Throws InputError for an id the model does not have.
  virtual std::string decode(std::span<const int64_t> ids) const = 0;

  /// The bytes of one token in the middle of a text: what a text grows by. Otherwise as decode().
  virtual std::string token_bytes(int64_t id) const = 0;

  virtual int64_t vocabulary_size() const = 0;
  virtual std::optional<int64_t> bos_id() const = 0;
  virtual std::optional<int64_t> eos_id() const = 0;

  /// Whether a text begins with BOS by default: as the tokenizer's files, or the reference
  /// implementation of its kind, say. True only where there is a bos_id().
  virtual bool add_bos() const = 0;

  /// What says so, for people: "tokenizer.ggml.add_bos_token in the GGUF file".
  virtual std::string bos_rule() const = 0;

  /// All tokens that end a text, ascending: eos_id() and those beside it.
  virtual const std::vector<int64_t>& end_ids() const = 0;

  /// How messages are written for this model, in Jinja; nullopt for a model without chat format.
  virtual std::optional<std::string> chat_template() const = 0;

  /// One line for people: "byte-level BPE, 49,152 tokens, 48,900 merges, 17 added tokens".
  virtual std::string description() const = 0;

  /// SHA-256 over everything that affects encode and decode.
  virtual std::string sha256() const = 0;
};

}  // namespace multistate
