#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/config/options.h"
#include "multistate/experiment/bos_option.h"
#include "multistate/experiment/chunks.h"
#include "multistate/experiment/documents.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// Which pieces of which texts an experiment's samples are: options of every experiment on texts.
struct TextOptions {
  std::string data;
  int64_t context_length = 2048;
  int64_t max_chunks = 0;
  int64_t skip_tokens = 0;
  int64_t skip_chunks = 0;
  BosOption add_bos = {};

  void visit(OptionVisitor& v);

  /// Throws InputError with the node's mark when there is no such data.
  void check(const Node& node) const;

  /// Tokens of a chunk that are text, not BOS: at most, since the tokenizer may add a BOS token.
  int64_t most_text_tokens() const { return context_length - (add_bos.is_on() ? 1 : 0); }
};

/// Documents, tokenized and cut into chunks; each is a sample. Immutable.
class TextChunks {
 public:
  /// `stride`: see ChunkRule; 0: that of chunks without overlap. Throws InputError when a text
  /// cannot be read or tokenized, when no document is long enough for a chunk, when there is no BOS
  /// token to add, or when the stride would leave gaps.
  TextChunks(const TextOptions& options, int64_t stride, const Tokenizer& tokenizer);

  int64_t size() const { return static_cast<int64_t>(plan_.chunks.size()); }

  /// Tokens of every chunk, BOS included.
  int64_t length() const { return rule_.length + bos_tokens(); }

  /// Those of them that are text.
  int64_t text_tokens() const { return rule_.length; }

  /// 1 where a BOS token comes first, else 0.
  int64_t bos_tokens() const { return static_cast<int64_t>(bos_.size()); }

  const Chunk& chunk(int64_t sample) const { return plan_.chunks[static_cast<size_t>(sample)]; }

  /// The tokens of a chunk, BOS included.
  std::vector<int64_t> ids(int64_t sample) const;

  const std::vector<Document>& documents() const { return set_.documents; }
  const Document& document(int64_t sample) const {
    return set_.documents[static_cast<size_t>(chunk(sample).document)];
  }

  /// All tokens of a document.
  const std::vector<int64_t>& tokens(int64_t document) const {
    return tokens_[static_cast<size_t>(document)];
  }

  /// See Workload.
  nlohmann::json data_report() const;
  const std::string& data_sha256() const { return sha256_; }
  const std::vector<std::string>& document_sha256s() const { return document_sha256s_; }

 private:
  DocumentSet set_;
  std::vector<std::string> document_sha256s_;
  std::string sha256_;
  std::vector<int64_t> bos_;  ///< The token, or nothing.
  ChunkRule rule_;
  std::vector<std::vector<int64_t>> tokens_;
  ChunkPlan plan_;
};

}  // namespace multistate
