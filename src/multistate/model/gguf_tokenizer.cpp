#include "multistate/model/gguf_tokenizer.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/pre_tokenizer.h"

namespace multistate {
namespace {

constexpr std::string_view kPrefix = "tokenizer.ggml.";

enum TokenType : int64_t { kNormal = 1, kControl = 3, kUserDefined = 4, kUnused = 5 };

/// Read below, or without influence on encode() and decode(). Further ids of tokens are as well.
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

/// Switches that would change the text before BPE sees it.
constexpr std::array<std::string_view, 2> kMustBeOff = {"add_space_prefix",
                                                        "remove_extra_whitespaces"};

std::string full(std::string_view name) {
  return fmt::format("{}{}", kPrefix, name);
}

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
  for (const auto name : kMustBeOff) {
    if (metadata.boolean(full(name)).value_or(false)) {
      throw InputError(fmt::format("{}: '{}{}' is true, which is not supported", metadata.source(),
                                   kPrefix, name));
    }
  }
}

void check_model(const GgufMetadata& metadata) {
  const auto model = metadata.required(&GgufMetadata::string, full("model"));
  if (model != "gpt2") {
    throw InputError(
        fmt::format("{}: 'tokenizer.ggml.model' is {}, which is not supported; supported: 'gpt2' "
                    "(byte-level BPE)",
                    metadata.source(), in_quotes(model)));
  }
}

std::pair<std::string, std::string> read_merge(std::string_view text, size_t index,
                                               const std::string& source) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == text.size() ||
      text.find(' ', space + 1) != std::string_view::npos) {
    throw InputError(
        fmt::format("{}: 'tokenizer.ggml.merges': merge {} is {}; expected two tokens with a space "
                    "between them",
                    source, index, in_quotes(text)));
  }
  return {std::string(text.substr(0, space)), std::string(text.substr(space + 1))};
}

void read_merges(const GgufMetadata& metadata, TokenizerSpec& spec) {
  for (const auto text : metadata.required(&GgufMetadata::strings, full("merges"))) {
    spec.merges.push_back(read_merge(text, spec.merges.size(), spec.source));
  }
}

void read_tokens(const GgufMetadata& metadata, TokenizerSpec& spec) {
  for (const auto token : metadata.required(&GgufMetadata::strings, full("tokens"))) {
    spec.tokens.emplace_back(token);
  }
}

void read_added_tokens(const GgufMetadata& metadata, TokenizerSpec& spec) {
  const auto types = metadata.required(&GgufMetadata::integers, full("token_type"));
  if (types.size() != spec.tokens.size()) {
    throw InputError(fmt::format(
        "{}: 'tokenizer.ggml.token_type' has {} entries, 'tokenizer.ggml.tokens' has {}",
        spec.source, types.size(), spec.tokens.size()));
  }
  for (size_t id = 0; id < types.size(); ++id) {
    const int64_t type = types[id];
    if (type == kControl || type == kUserDefined) {
      AddedToken token;
      token.id = static_cast<int64_t>(id);
      token.content = spec.tokens[id];
      token.special = type == kControl;
      spec.added_tokens.push_back(std::move(token));
    } else if (type != kNormal && type != kUnused) {
      throw InputError(
          fmt::format("{}: 'tokenizer.ggml.token_type': token {} is of type {}; supported: "
                      "1 (normal), 3 (control), 4 (user-defined), 5 (unused)",
                      spec.source, id, type));
    }
  }
}

std::optional<int64_t> read_id(const GgufMetadata& metadata, std::string_view name, size_t tokens) {
  const auto id = metadata.integer(full(name));
  if (id && (*id < 0 || *id >= static_cast<int64_t>(tokens))) {
    throw InputError(fmt::format("{}: '{}{}' is {}; there are {} tokens", metadata.source(),
                                 kPrefix, name, *id, tokens));
  }
  return id;
}

}  // namespace

TokenizerSpec read_gguf_tokenizer(const GgufMetadata& metadata) {
  check_model(metadata);
  check_keys(metadata);
  TokenizerSpec spec;
  spec.source = metadata.source();
  const auto pre = metadata.required(&GgufMetadata::string, full("pre"));
  spec.pre_tokenizer = named_pre_tokenizer(pre, spec.source);
  read_tokens(metadata, spec);
  read_merges(metadata, spec);
  read_added_tokens(metadata, spec);
  spec.bos_id = read_id(metadata, "bos_token_id", spec.tokens.size());
  spec.eos_id = read_id(metadata, "eos_token_id", spec.tokens.size());
  spec.chat_template = metadata.string("tokenizer.chat_template");
  return spec;
}

}  // namespace multistate
