#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace multistate {

/// A token that is cut out of the text before anything else, as written ("<|im_start|>").
struct AddedToken {
  int64_t id = 0;
  std::string content;
  bool special = false;
};

/// One step that cuts text into the pieces BPE works on. Every step gets the pieces of the one
/// before.
struct PreTokenizerStep {
  enum class Kind {
    kIsolateDigits,  ///< Every numeric character (Nd, Nl, No) becomes a piece of its own.
    kSplitRegex,     ///< Every match and every gap between matches becomes a piece ("Isolated").
  };
  Kind kind = Kind::kSplitRegex;
  std::string pattern;  ///< Ruby syntax, as Oniguruma takes it; for kSplitRegex.
};

/// Everything a byte-level BPE tokenizer consists of, whatever file it came from. Token strings are
/// in GPT-2's alphabet for bytes (a space is "Ġ"); those of added tokens are as written.
struct TokenizerSpec {
  std::string source;               ///< What the spec was read from; starts every error message.
  std::vector<std::string> tokens;  ///< Token string by id.
  std::vector<std::pair<std::string, std::string>> merges;  ///< Best first.
  std::vector<AddedToken> added_tokens;
  std::vector<PreTokenizerStep> pre_tokenizer;
  bool ignore_merges = false;  ///< A piece that is a token is taken whole, merges or not.
  std::optional<int64_t> bos_id;
  std::optional<int64_t> eos_id;
  std::optional<std::string> chat_template;  ///< In Jinja, as written; see ChatFormat.
};

/// Text <-> token ids. Immutable and safe to share between threads.
class Tokenizer {
 public:
  /// Throws InputError, naming spec.source, when parts of the spec contradict each other.
  static std::unique_ptr<Tokenizer> make(const TokenizerSpec& spec);
  virtual ~Tokenizer() = default;

  /// Ids of valid UTF-8 text; no BOS or EOS is added. Throws InputError at the first byte that is
  /// not UTF-8, or that the vocabulary has no token for (message: offset and byte).
  virtual std::vector<int64_t> encode(std::string_view text) const = 0;

  /// The bytes of the tokens, one after the other: decode(encode(text)) == text. Added tokens
  /// appear as written. Throws InputError for an id outside the vocabulary.
  virtual std::string decode(std::span<const int64_t> ids) const = 0;

  virtual int64_t vocabulary_size() const = 0;
  virtual std::optional<int64_t> bos_id() const = 0;
  virtual std::optional<int64_t> eos_id() const = 0;

  /// How messages are written for this model, in Jinja; nothing for a model that is no chat model.
  virtual std::optional<std::string> chat_template() const = 0;

  /// One line for people: "byte-level BPE, 49,152 tokens, 48,900 merges, 17 added tokens".
  virtual std::string description() const = 0;

  /// SHA-256 over everything that affects encode and decode.
  virtual std::string sha256() const = 0;
};

}  // namespace multistate
