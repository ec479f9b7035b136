#include <unordered_map>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/bpe.h"
#include "multistate/text/byte_alphabet.h"
#include "multistate/text/pre_tokenizer.h"
#include "multistate/text/token_codec.h"
#include "multistate/text/tokenizer_digest.h"

namespace multistate {
namespace {

/// The bytes each token stands for; those of added tokens are left empty.
std::vector<std::string> bytes_of_tokens(const TokenizerSpec& spec) {
  std::vector<bool> added(spec.tokens.size());
  for (const AddedToken& token : spec.added_tokens) {
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

std::string digest(const TokenizerSpec& spec, const ByteLevelSpec& kind) {
  TokenizerDigest digest;
  digest.add_tokens(spec);
  digest.add(kind.merge_by_id ? "by id" : std::to_string(kind.merges.size()));
  for (const auto& [left, right] : kind.merges) {
    digest.add(left);
    digest.add(right);
  }
  digest.add_added_tokens(spec);
  for (const PreTokenizerStep& step : kind.pre_tokenizer) {
    digest.add(fmt::format("{} {}", static_cast<int>(step.kind), step.pattern));
  }
  digest.add(kind.ignore_merges ? "ignore_merges" : "");
  return digest.hex();
}

std::string merges_text(const ByteLevelSpec& kind) {
  return kind.merge_by_id
             ? "merged by id"
             : fmt::format("{} merges", human_count(static_cast<int64_t>(kind.merges.size())));
}

class ByteLevelCodec final : public TokenCodec {
 public:
  ByteLevelCodec(const TokenizerSpec& spec, const ByteLevelSpec& kind)
      : token_bytes_(bytes_of_tokens(spec)),
        bpe_(spec, kind, token_bytes_),
        pre_tokenizer_(kind.pre_tokenizer, spec.source),
        sha256_(digest(spec, kind)),
        description_(fmt::format("byte-level BPE, {} tokens, {}",
                                 human_count(static_cast<int64_t>(spec.tokens.size())),
                                 merges_text(kind))) {}

  void encode(std::string_view text, size_t offset, Before /*before*/,
              std::vector<int64_t>& ids) const override {
    // Most pieces of a text are words that came before.
    std::unordered_map<std::string_view, std::vector<int64_t>> known;
    pre_tokenizer_.split(text, [&](std::string_view piece) {
      auto& encoded = known[piece];
      if (encoded.empty()) {
        if (const auto unknown = bpe_.first_unknown(piece)) {
          throw InputError(
              fmt::format("the vocabulary has no token for the byte 0x{:02x} at offset {}",
                          static_cast<unsigned char>(piece[*unknown]),
                          offset + static_cast<size_t>(piece.data() - text.data()) + *unknown));
        }
        bpe_.encode(piece, encoded);
      }
      ids.insert(ids.end(), encoded.begin(), encoded.end());
    });
  }

  std::vector<std::string> token_bytes() const override { return token_bytes_; }
  bool writes_space_before() const override { return false; }
  std::string description() const override { return description_; }
  std::string sha256() const override { return sha256_; }

 private:
  std::vector<std::string> token_bytes_;
  Bpe bpe_;
  PreTokenizer pre_tokenizer_;
  std::string sha256_;
  std::string description_;
};

}  // namespace

std::unique_ptr<TokenCodec> make_codec(const TokenizerSpec& spec, const ByteLevelSpec& kind) {
  return std::make_unique<ByteLevelCodec>(spec, kind);
}

}  // namespace multistate
