#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "multistate/experiment/text_chunks.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// Tokens by what they are: for each the index of its kind.
struct TokenKinds {
  std::vector<std::string> names;
  std::vector<int64_t> of_token;
};

/// What the tokens of documents are, by division:
///
///     class   token_class() of the token's text
///     tag     the tag of the word that it shares the most bytes with; "newline" or "none" for
///             those in no word. Only where there are tags.
///
/// A BOS token is "special" in both. Every chunk knows the kinds of all documents.
class DocumentKinds {
 public:
  /// `tags`: a tag file or a folder of them (word_tags.h), or empty. Throws InputError when it
  /// cannot be read, or holds tags of other texts.
  DocumentKinds(const TextChunks& chunks, const Tokenizer& tokenizer, const std::string& tags);

  /// Kinds of a chunk's tokens, by division.
  std::map<std::string, TokenKinds> of_chunk(int64_t sample) const;

  /// Digest of the tag files; empty without tags.
  const std::string& tags_sha256() const { return tags_sha256_; }

 private:
  struct Division {
    std::vector<std::string> names;
    std::vector<std::vector<int64_t>> of_token;  ///< [document][token]
  };
  void add(const std::string& division, const std::vector<std::vector<std::string>>& names);

  const TextChunks& chunks_;
  std::map<std::string, Division> divisions_;
  std::string tags_sha256_;
};

}  // namespace multistate
