#include "multistate/text/ranked_tokens.h"

#include <utility>

#include <fmt/format.h>

#include "multistate/base/base64.h"
#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/byte_alphabet.h"

namespace multistate {

std::string read_ranked_token(std::string_view base64, const std::string& place) {
  const auto bytes = from_base64(base64);
  if (!bytes || bytes->empty()) {
    throw InputError(fmt::format("{}: {} is no token in base64", place, in_quotes(base64)));
  }
  std::string token;
  for (const char byte : *bytes) {
    token += byte_to_character(static_cast<unsigned char>(byte));
  }
  return token;
}

BpeSpec ranked_kind(std::vector<PreTokenizerStep> steps) {
  BpeSpec kind;
  kind.merge_by_id = true;
  kind.ignore_merges = true;
  kind.pre_tokenizer = std::move(steps);
  return kind;
}

void append_special_tokens(const std::vector<std::string>& names, TokenizerSpec& spec) {
  for (const std::string& name : names) {
    AddedToken token;
    token.id = static_cast<int64_t>(spec.tokens.size());
    token.content = name;
    token.special = true;
    spec.tokens.push_back(name);
    spec.added_tokens.push_back(std::move(token));
  }
}

int64_t special_id(std::string_view name, const TokenizerSpec& spec) {
  for (const AddedToken& token : spec.added_tokens) {
    if (token.content == name) {
      return token.id;
    }
  }
  throw InputError(fmt::format("{}: there is no special token {}", spec.source, in_quotes(name)));
}

}  // namespace multistate
