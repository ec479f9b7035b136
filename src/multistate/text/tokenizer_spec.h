#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "multistate/text/tokenizer_steps.h"

namespace multistate {

/// A token that is cut out of the text before anything else, as written ("<|im_start|>").
struct AddedToken {
  int64_t id = 0;
  std::string content;
  bool special = false;
  bool lstrip = false;       ///< White space to the left is part of it.
  bool rstrip = false;       ///< White space to the right is.
  bool single_word = false;  ///< Only where no letter, digit or the like is next to it.
  bool normalized = false;   ///< Cut out behind the others, of normalized text: BpeSpec only.
};

/// BPE, as a Hugging Face tokenizer.json describes it; without options, and with gpt2_steps(), it
/// is byte-level BPE. Token strings are as the last step of the pre-tokenizer writes text: where
/// that is BytesToAlphabet, a space is "\u0120".
struct BpeSpec {
  std::vector<std::pair<std::string, std::string>> merges;  ///< Best first.

  /// tiktoken's rule instead of a list of merges: any two neighbours may be joined whose joined
  /// text is a token but no added one, and the token with the lowest id is made first.
  bool merge_by_id = false;
  std::vector<NormalizerStep> normalizer;
  std::vector<PreTokenizerStep> pre_tokenizer;
  Decoder decoder = {{BytesFromAlphabet{}}};
  bool ignore_merges = false;  ///< A piece that is a token is taken whole, merges or not.
  bool byte_fallback = false;  ///< A character without a token becomes its bytes: "<0x0A>".

  /// What becomes of a character without token and bytes; without it, encoding is an InputError.
  std::optional<std::string> unknown_token;
  bool fuse_unknown = false;  ///< One unknown token for a run of such characters.

  /// Tokens behind this many are added ones, which BPE does not make. 0: BPE may make all.
  size_t made_tokens = 0;
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
  std::variant<BpeSpec, SentencePieceSpec> kind;

  std::optional<int64_t> bos_id;
  bool add_bos = false;                      ///< A text begins with BOS by default.
  std::string bos_rule;                      ///< What says so, for people: "add_bos_token of ...".
  std::optional<int64_t> eos_id;             ///< What a chat template calls EOS.
  std::vector<int64_t> end_ids;              ///< Further tokens that end a text.
  std::optional<std::string> chat_template;  ///< In Jinja, as written; see ChatFormat.

  /// Rows of the model's logits. Ids from tokens.size() on are padding: no text has them, and they
  /// decode to nothing. 0: as many as tokens.
  int64_t model_ids = 0;
};

}  // namespace multistate
