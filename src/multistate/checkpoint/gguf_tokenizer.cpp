#include "multistate/checkpoint/gguf_tokenizer.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/gguf_vocabulary.h"

namespace multistate {
namespace {

constexpr std::string_view kPrefix = "tokenizer.ggml.";

/// Read here or by a kind, or without influence on encode() and decode(). Ids of further tokens are
/// as well.
constexpr std::array<std::string_view, 11> kKnownKeys = {
    "model",
    "pre",
    "tokens",
    "token_type",
    "merges",
    "scores",
    "add_bos_token",
    "add_eos_token",
    "add_sep_token",
    "add_space_prefix",
    "remove_extra_whitespaces",
};

/// Ids of tokens that end a text: of a whole one, of a turn, of a message.
constexpr std::array<std::string_view, 3> kEndIds = {"eos_token_id", "eot_token_id",
                                                     "eom_token_id"};

struct Kind {
  std::string_view name;  ///< tokenizer.ggml.model
  void (*read)(const GgufMetadata&, TokenizerSpec&);
};

constexpr std::array<Kind, 2> kKinds = {
    {{"gpt2", &read_byte_level}, {"llama", &read_sentencepiece}}};

void check_keys(const GgufMetadata& metadata) {
  for (const auto& [key, value] : metadata.values()) {
    const std::string_view name =
        std::string_view(key).substr(std::min(key.size(), kPrefix.size()));
    const bool known = !key.starts_with(kPrefix) || name.ends_with("_token_id") ||
                       std::find(kKnownKeys.begin(), kKnownKeys.end(), name) != kKnownKeys.end();
    if (!known) {
      throw InputError(fmt::format("{}: the key {} (value {}) is not supported", metadata.source(),
                                   in_quotes(key), in_quotes(to_text(value))));
    }
  }
  // It would change the text before any kind sees it.
  const std::string key = vocabulary_key("remove_extra_whitespaces");
  if (metadata.boolean(key).value_or(false)) {
    throw InputError(
        fmt::format("{}: '{}' is true, which is not supported", metadata.source(), key));
  }
}

const Kind& find_kind(const GgufMetadata& metadata) {
  const auto model = metadata.required(&GgufMetadata::string, vocabulary_key("model"));
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const Kind& kind) { return kind.name == model; });
  if (found == kKinds.end()) {
    throw InputError(
        fmt::format("{}: 'tokenizer.ggml.model' is {}, which is not supported; supported: 'gpt2' "
                    "(byte-level BPE), 'llama' (SentencePiece)",
                    metadata.source(), in_quotes(model)));
  }
  return *found;
}

std::optional<int64_t> read_id(const GgufMetadata& metadata, std::string_view name, size_t tokens) {
  const auto id = metadata.integer(vocabulary_key(name));
  if (id && (*id < 0 || *id >= static_cast<int64_t>(tokens))) {
    throw InputError(fmt::format("{}: '{}{}' is {}; there are {} tokens", metadata.source(),
                                 kPrefix, name, *id, tokens));
  }
  return id;
}

/// `spec.add_bos` is the default of the kind.
void read_bos(const GgufMetadata& metadata, TokenizerSpec& spec) {
  spec.bos_id = read_id(metadata, "bos_token_id", spec.tokens.size());
  const std::string key = vocabulary_key("add_bos_token");
  if (const auto said = metadata.boolean(key)) {
    spec.add_bos = *said;
    spec.bos_rule = fmt::format("{} in the GGUF file", key);
  } else {
    spec.add_bos = spec.add_bos && spec.bos_id.has_value();
    spec.bos_rule = "llama.cpp's rule for this kind of tokenizer, since the GGUF file does not say";
  }
}

}  // namespace

std::string vocabulary_key(std::string_view name) {
  return fmt::format("{}{}", kPrefix, name);
}

std::vector<int64_t> read_token_types(const GgufMetadata& metadata, const TokenizerSpec& spec) {
  auto types = metadata.required(&GgufMetadata::integers, vocabulary_key("token_type"));
  if (types.size() != spec.tokens.size()) {
    throw InputError(fmt::format(
        "{}: 'tokenizer.ggml.token_type' has {} entries, 'tokenizer.ggml.tokens' has {}",
        spec.source, types.size(), spec.tokens.size()));
  }
  return types;
}

TokenizerSpec read_gguf_tokenizer(const GgufMetadata& metadata) {
  const Kind& kind = find_kind(metadata);
  check_keys(metadata);
  TokenizerSpec spec;
  spec.source = metadata.source();
  for (const auto token : metadata.required(&GgufMetadata::strings, vocabulary_key("tokens"))) {
    spec.tokens.emplace_back(token);
  }
  kind.read(metadata, spec);
  read_bos(metadata, spec);
  spec.eos_id = read_id(metadata, kEndIds.front(), spec.tokens.size());
  for (const auto name : kEndIds) {
    if (const auto id = read_id(metadata, name, spec.tokens.size())) {
      spec.end_ids.push_back(*id);
    }
  }
  spec.chat_template = metadata.string("tokenizer.chat_template");
  return spec;
}

}  // namespace multistate
