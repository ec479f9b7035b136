#include "multistate/text/tokenizer.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/added_tokens.h"
#include "multistate/text/token_codec.h"

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

void check_id(const TokenizerSpec& spec, const char* what, int64_t id, int64_t limit) {
  if (id < 0 || id >= limit) {
    throw InputError(fmt::format("{}: {} has id {}, outside the vocabulary of {} tokens",
                                 spec.source, what, id, limit));
  }
}

/// Ids of the model, padding included.
int64_t id_limit(const TokenizerSpec& spec) {
  return std::max(spec.model_ids, static_cast<int64_t>(spec.tokens.size()));
}

void check_ids(const TokenizerSpec& spec) {
  const auto tokens = static_cast<int64_t>(spec.tokens.size());
  check_added_tokens(spec.added_tokens, spec.source);
  for (const AddedToken& token : spec.added_tokens) {
    check_id(spec, "an added token", token.id, tokens);
  }
  if (spec.bos_id) {
    check_id(spec, "the BOS token", *spec.bos_id, tokens);
  }
  if (spec.eos_id) {
    check_id(spec, "the EOS token", *spec.eos_id, tokens);
  }
  for (const int64_t id : spec.end_ids) {
    check_id(spec, "a token that ends a text", id, id_limit(spec));
  }
  if (spec.add_bos && !spec.bos_id) {
    throw InputError(fmt::format(
        "{}: says that a text begins with a BOS token, and names no BOS token", spec.source));
  }
}

std::vector<int64_t> all_end_ids(const TokenizerSpec& spec) {
  std::set<int64_t> ids(spec.end_ids.begin(), spec.end_ids.end());
  if (spec.eos_id) {
    ids.insert(*spec.eos_id);
  }
  return {ids.begin(), ids.end()};
}

/// Those to cut out of text as it comes; a codec looks for the others.
std::vector<AddedToken> tokens_of_text(const TokenizerSpec& spec) {
  std::vector<AddedToken> tokens = spec.added_tokens;
  std::erase_if(tokens, [](const AddedToken& token) { return token.normalized; });
  return tokens;
}

/// What all kinds have in common, around the codec of one.
class CodecTokenizer final : public Tokenizer {
 public:
  CodecTokenizer(const TokenizerSpec& spec, std::unique_ptr<TokenCodec> codec)
      : codec_(std::move(codec)),
        token_bytes_(codec_->token_bytes()),
        added_(tokens_of_text(spec)),
        id_limit_(id_limit(spec)),
        bos_id_(spec.bos_id),
        eos_id_(spec.eos_id),
        add_bos_(spec.add_bos),
        bos_rule_(spec.bos_rule),
        end_ids_(all_end_ids(spec)),
        chat_template_(spec.chat_template),
        description_(
            fmt::format("{}, {} added tokens", codec_->description(), spec.added_tokens.size())) {
    is_added_.resize(static_cast<size_t>(id_limit_));
    for (const AddedToken& token : spec.added_tokens) {
      if (token.special) {
        token_bytes_[static_cast<size_t>(token.id)] = token.content;
      }
      is_added_[static_cast<size_t>(token.id)] = true;
    }
  }

  std::vector<int64_t> encode(std::string_view text) const override {
    return encode_behind(TokenCodec::Before::kNothing, text);
  }

  std::vector<int64_t> encode_continuation(std::string_view text) const override {
    return encode_behind(TokenCodec::Before::kText, text);
  }

  std::string decode(std::span<const int64_t> ids) const override {
    std::string text;
    for (const int64_t id : ids) {
      text += token_bytes(id);
    }
    // The codec's own space, which is none of the text.
    const bool ours = codec_->writes_space_before() && text.starts_with(' ') &&
                      !is_added_[static_cast<size_t>(ids.front())];
    return ours ? text.substr(1) : text;
  }

  std::string token_bytes(int64_t id) const override {
    if (id < 0 || id >= id_limit_) {
      throw InputError(
          fmt::format("token id {} is outside the vocabulary of {} tokens", id, id_limit_));
    }
    return id < vocabulary_size() ? token_bytes_[static_cast<size_t>(id)] : "";
  }

  int64_t vocabulary_size() const override { return static_cast<int64_t>(token_bytes_.size()); }
  std::optional<int64_t> bos_id() const override { return bos_id_; }
  std::optional<int64_t> eos_id() const override { return eos_id_; }
  bool add_bos() const override { return add_bos_; }
  std::string bos_rule() const override { return bos_rule_; }
  const std::vector<int64_t>& end_ids() const override { return end_ids_; }
  std::optional<std::string> chat_template() const override { return chat_template_; }
  std::string description() const override { return description_; }
  std::string sha256() const override { return codec_->sha256(); }

 private:
  std::vector<int64_t> encode_behind(TokenCodec::Before before, std::string_view text) const {
    check_utf8(text);
    std::vector<int64_t> ids;
    added_.split(
        text,
        [&](std::string_view between) {
          const auto offset = static_cast<size_t>(between.data() - text.data());
          codec_->encode(between, offset, offset == 0 ? before : TokenCodec::Before::kAddedToken,
                         ids);
        },
        [&](const AddedToken& token) { ids.push_back(token.id); });
    return ids;
  }

  std::unique_ptr<TokenCodec> codec_;
  std::vector<std::string> token_bytes_;
  std::vector<bool> is_added_;
  AddedTokens added_;
  int64_t id_limit_;
  std::optional<int64_t> bos_id_;
  std::optional<int64_t> eos_id_;
  bool add_bos_;
  std::string bos_rule_;
  std::vector<int64_t> end_ids_;
  std::optional<std::string> chat_template_;
  std::string description_;
};

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::make(const TokenizerSpec& spec) {
  check_ids(spec);
  auto codec = std::visit([&](const auto& kind) { return make_codec(spec, kind); }, spec.kind);
  return std::make_unique<CodecTokenizer>(spec, std::move(codec));
}

}  // namespace multistate
