#include "multistate/text/tokenizer.h"

#include <unordered_map>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/text/added_tokens.h"
#include "multistate/text/bpe.h"
#include "multistate/text/byte_alphabet.h"
#include "multistate/text/pre_tokenizer.h"

namespace multistate {
namespace {

/// Throws InputError at the first byte that is not part of a UTF-8 character.
void check_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text.substr(i));
    if (length == 0) {
      throw InputError(fmt::format("the text is not valid UTF-8: byte 0x{:02x} at offset {}",
                                   static_cast<unsigned char>(text[i]), i));
    }
    i += length;
  }
}

void check_id(const TokenizerSpec& spec, const char* what, int64_t id) {
  if (id < 0 || id >= static_cast<int64_t>(spec.tokens.size())) {
    throw InputError(fmt::format("{}: {} has id {}, outside the vocabulary of {} tokens",
                                 spec.source, what, id, spec.tokens.size()));
  }
}

/// The bytes each token stands for; those of added tokens are left empty.
std::vector<std::string> bytes_of_tokens(const TokenizerSpec& spec) {
  std::vector<bool> added(spec.tokens.size());
  for (const AddedToken& token : spec.added_tokens) {
    check_id(spec, "an added token", token.id);
    added[static_cast<size_t>(token.id)] = true;
  }
  std::vector<std::string> all;
  for (size_t id = 0; id < spec.tokens.size(); ++id) {
    const auto bytes = added[id] ? std::string() : alphabet_to_bytes(spec.tokens[id]);
    if (!bytes || (bytes->empty() && !added[id])) {
      throw InputError(fmt::format("{}: token {} ({}) is {}", spec.source, id,
                                   in_quotes(spec.tokens[id]),
                                   bytes ? "empty" : "not written in GPT-2's alphabet for bytes"));
    }
    all.push_back(*bytes);
  }
  return all;
}

std::string digest(const TokenizerSpec& spec) {
  Sha256 sha;
  const auto add = [&sha](std::string_view text) {
    sha.update(fmt::format("{}:", text.size())).update(text);
  };
  add(std::to_string(spec.tokens.size()));
  for (const std::string& token : spec.tokens) {
    add(token);
  }
  add(std::to_string(spec.merges.size()));
  for (const auto& [left, right] : spec.merges) {
    add(left);
    add(right);
  }
  add(std::to_string(spec.added_tokens.size()));
  for (const AddedToken& token : spec.added_tokens) {
    add(fmt::format("{} {}", token.id, token.content));
  }
  for (const PreTokenizerStep& step : spec.pre_tokenizer) {
    add(fmt::format("{} {}", static_cast<int>(step.kind), step.pattern));
  }
  add(spec.ignore_merges ? "ignore_merges" : "");
  return sha.hex();
}

class ByteLevelTokenizer final : public Tokenizer {
 public:
  explicit ByteLevelTokenizer(const TokenizerSpec& spec)
      : token_bytes_(bytes_of_tokens(spec)),
        bpe_(spec, token_bytes_),
        added_(spec.added_tokens, spec.source),
        pre_tokenizer_(spec.pre_tokenizer, spec.source),
        bos_id_(spec.bos_id),
        eos_id_(spec.eos_id),
        chat_template_(spec.chat_template),
        sha256_(digest(spec)),
        description_(fmt::format("byte-level BPE, {} tokens, {} merges, {} added tokens",
                                 human_count(static_cast<int64_t>(spec.tokens.size())),
                                 human_count(static_cast<int64_t>(spec.merges.size())),
                                 spec.added_tokens.size())) {
    for (const AddedToken& token : spec.added_tokens) {
      token_bytes_[static_cast<size_t>(token.id)] = token.content;
    }
  }

  std::vector<int64_t> encode(std::string_view text) const override {
    check_utf8(text);
    std::vector<int64_t> ids;
    // Most pieces of a text are words that came before.
    std::unordered_map<std::string_view, std::vector<int64_t>> known;
    const auto add_piece = [&](std::string_view piece) {
      auto& encoded = known[piece];
      if (encoded.empty()) {
        if (const auto unknown = bpe_.first_unknown(piece)) {
          throw InputError(fmt::format(
              "the vocabulary has no token for the byte 0x{:02x} at offset {}",
              static_cast<unsigned char>(piece[*unknown]), piece.data() + *unknown - text.data()));
        }
        bpe_.encode(piece, encoded);
      }
      ids.insert(ids.end(), encoded.begin(), encoded.end());
    };
    added_.split(
        text, [&](std::string_view between) { pre_tokenizer_.split(between, add_piece); },
        [&](const AddedToken& token) { ids.push_back(token.id); });
    return ids;
  }

  std::string decode(std::span<const int64_t> ids) const override {
    std::string text;
    for (const int64_t id : ids) {
      if (id < 0 || id >= vocabulary_size()) {
        throw InputError(fmt::format("token id {} is outside the vocabulary of {} tokens", id,
                                     vocabulary_size()));
      }
      text += token_bytes_[static_cast<size_t>(id)];
    }
    return text;
  }

  int64_t vocabulary_size() const override { return static_cast<int64_t>(token_bytes_.size()); }
  std::optional<int64_t> bos_id() const override { return bos_id_; }
  std::optional<int64_t> eos_id() const override { return eos_id_; }
  std::optional<std::string> chat_template() const override { return chat_template_; }
  std::string description() const override { return description_; }
  std::string sha256() const override { return sha256_; }

 private:
  std::vector<std::string> token_bytes_;
  Bpe bpe_;
  AddedTokens added_;
  PreTokenizer pre_tokenizer_;
  std::optional<int64_t> bos_id_;
  std::optional<int64_t> eos_id_;
  std::optional<std::string> chat_template_;
  std::string sha256_;
  std::string description_;
};

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::make(const TokenizerSpec& spec) {
  if (spec.bos_id) {
    check_id(spec, "the BOS token", *spec.bos_id);
  }
  if (spec.eos_id) {
    check_id(spec, "the EOS token", *spec.eos_id);
  }
  return std::make_unique<ByteLevelTokenizer>(spec);
}

}  // namespace multistate
