#include "multistate/experiment/token_kinds.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/experiment/word_tags.h"
#include "multistate/text/token_class.h"

namespace multistate {
namespace {

constexpr const char* kSpecial = "special";
constexpr const char* kNewline = "newline";
constexpr const char* kNone = "none";

/// The tokens of a document, one by one.
struct Pieces {
  std::vector<int64_t> ends;  ///< In bytes of the document; a space that a tokenizer wrote before
                              ///< it ends at 0.
  std::vector<TokenClass> classes;
};

Pieces pieces_of(const std::vector<int64_t>& tokens, const Tokenizer& tokenizer) {
  Pieces pieces;
  int64_t bytes = static_cast<int64_t>(tokenizer.decode(tokens).size());
  for (const int64_t token : tokens) {
    bytes -= static_cast<int64_t>(tokenizer.token_bytes(token).size());
  }
  for (const int64_t& token : tokens) {
    const std::string text = tokenizer.token_bytes(token);
    bytes += static_cast<int64_t>(text.size());
    pieces.ends.push_back(bytes);
    pieces.classes.push_back(token_class(text));
  }
  return pieces;
}

std::vector<std::string> class_names(const Pieces& pieces) {
  std::vector<std::string> names;
  for (const TokenClass one : pieces.classes) {
    names.emplace_back(kTokenClassNames.at(static_cast<size_t>(one)));
  }
  return names;
}

std::vector<std::string> tag_names(const Pieces& pieces, const std::vector<WordTag>& words) {
  std::vector<std::string> names;
  const auto found = words_of_tokens(words, 0, pieces.ends);
  for (size_t i = 0; i < found.size(); ++i) {
    const char* outside = pieces.classes[i] == TokenClass::kNewline ? kNewline : kNone;
    names.push_back(found[i] < 0 ? outside : words[static_cast<size_t>(found[i])].tag);
  }
  return names;
}

}  // namespace

DocumentKinds::DocumentKinds(const TextChunks& chunks, const Tokenizer& tokenizer,
                             const std::string& tags)
    : chunks_(chunks) {
  std::vector<std::vector<std::string>> classes;
  std::vector<std::vector<std::string>> words;
  std::string digests;
  for (size_t i = 0; i < chunks.documents().size(); ++i) {
    const Pieces pieces = pieces_of(chunks.tokens(static_cast<int64_t>(i)), tokenizer);
    classes.push_back(class_names(pieces));
    if (!tags.empty()) {
      const Document& document = chunks.documents()[i];
      if (tokenizer.decode(chunks.tokens(static_cast<int64_t>(i))) != document.text) {
        throw InputError(fmt::format(
            "experiment.tags: the model's tokenizer changes the text of {}, so that its tokens do "
            "not lie where the tags do",
            document.name));
      }
      const auto file = tag_file_of(tags, document);
      words.push_back(tag_names(pieces, read_word_tags(file, document)));
      digests += sha256_hex(read_file(file));
    }
  }
  add("class", classes);
  if (!tags.empty()) {
    add("tag", words);
    tags_sha256_ = sha256_hex(digests);
  }
}

void DocumentKinds::add(const std::string& division,
                        const std::vector<std::vector<std::string>>& names) {
  std::set<std::string> all = {kSpecial};
  for (const auto& document : names) {
    all.insert(document.begin(), document.end());
  }
  Division& made = divisions_[division];
  made.names = {all.begin(), all.end()};
  for (const auto& document : names) {
    auto& indices = made.of_token.emplace_back();
    for (const std::string& name : document) {
      indices.push_back(std::distance(all.begin(), all.find(name)));
    }
  }
}

std::map<std::string, TokenKinds> DocumentKinds::of_chunk(int64_t sample) const {
  const Chunk& chunk = chunks_.chunk(sample);
  const int64_t tokens = chunks_.length() - chunks_.bos_tokens();
  std::map<std::string, TokenKinds> kinds;
  for (const auto& [name, division] : divisions_) {
    const auto& all = division.of_token[static_cast<size_t>(chunk.document)];
    TokenKinds& made = kinds[name];
    made.names = division.names;
    if (chunks_.bos_tokens() > 0) {
      const auto special = std::find(made.names.begin(), made.names.end(), kSpecial);
      made.of_token.push_back(std::distance(made.names.begin(), special));
    }
    made.of_token.insert(made.of_token.end(), all.begin() + chunk.begin,
                         all.begin() + chunk.begin + tokens);
  }
  return kinds;
}

}  // namespace multistate
