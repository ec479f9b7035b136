#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
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

/// Byte-level BPE. Token strings are in GPT-2's alphabet for bytes (a space is "Ġ"); those of added
/// tokens are as written.
struct ByteLevelSpec {
  std::vector<std::pair<std::string, std::string>> merges;  ///< Best first.

  /// tiktoken's rule instead of a list of merges: any two neighbours may be joined whose joined
  /// text is a token, and the token with the lowest id is made first.
  bool merge_by_id = false;
  std::vector<PreTokenizerStep> pre_tokenizer;
  bool ignore_merges = false;  ///< A piece that is a token is taken whole, merges or not.
};

/// SentencePiece (Kudo and Richardson, arXiv:1808.06226), unigram or BPE. Token strings are the
/// pieces (a space is U+2581); those of added tokens are as written.
struct SentencePieceSpec {
  std::string model;  ///< A serialized ModelProto, which is what a file tokenizer.model holds.

  /// Where the model writes a space before the text (add_dummy_prefix): before all text behind an
  /// added token too, or at the beginning only.
  bool space_behind_added_tokens = true;
};

/// Everything a tokenizer consists of, whatever file it came from.
struct TokenizerSpec {
  std::string source;               ///< What the spec was read from; starts every error message.
  std::vector<std::string> tokens;  ///< Token string by id.
  std::vector<AddedToken> added_tokens;
  std::variant<ByteLevelSpec, SentencePieceSpec> kind;

  std::optional<int64_t> bos_id;
  bool add_bos = false;           ///< A text begins with BOS unless somebody says otherwise.
  std::string bos_rule;           ///< What says so, for people: "add_bos_token of ...".
  std::optional<int64_t> eos_id;  ///< What a chat template calls EOS.
  std::vector<int64_t> end_ids;   ///< Further tokens that end a text.
  std::optional<std::string> chat_template;  ///< In Jinja, as written; see ChatFormat.

  /// Rows of the model's logits. Ids from tokens.size() on are padding: no text has them, and they
  /// decode to nothing. 0: as many as tokens.
  int64_t model_ids = 0;
};

}  // namespace multistate
