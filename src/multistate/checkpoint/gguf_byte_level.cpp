#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/gguf_vocabulary.h"
#include "multistate/text/named_pre_tokenizers.h"

namespace multistate {
namespace {

enum TokenType : int64_t { kNormal = 1, kControl = 3, kUserDefined = 4, kUnused = 5 };

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

void read_added_tokens(const GgufMetadata& metadata, TokenizerSpec& spec) {
  const auto types = read_token_types(metadata, spec);
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

}  // namespace

void read_byte_level(const GgufMetadata& metadata, TokenizerSpec& spec) {
  const std::string key = vocabulary_key("add_space_prefix");
  if (metadata.boolean(key).value_or(false)) {
    throw InputError(fmt::format("{}: '{}' is true, which is not supported", spec.source, key));
  }
  const auto name = metadata.required(&GgufMetadata::string, vocabulary_key("pre"));
  NamedPreTokenizer named = named_pre_tokenizer(name, spec.source);
  BpeSpec kind;
  kind.normalizer = std::move(named.normalizer);
  kind.pre_tokenizer = std::move(named.steps);
  kind.ignore_merges = named.ignore_merges;
  for (const auto text : metadata.required(&GgufMetadata::strings, vocabulary_key("merges"))) {
    kind.merges.push_back(read_merge(text, kind.merges.size(), spec.source));
  }
  read_added_tokens(metadata, spec);
  spec.kind = std::move(kind);
  spec.add_bos = named.add_bos;
}

}  // namespace multistate
