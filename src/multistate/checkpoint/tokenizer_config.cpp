#include "multistate/checkpoint/tokenizer_config.h"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

using nlohmann::json;

/// A token is a string, or an object with its "content".
std::optional<std::string> read_token(const JsonObject& object, std::string_view key) {
  const json* found = object.find(key);
  if (found == nullptr) {
    return std::nullopt;
  }
  const json& content =
      found->is_object() && found->contains("content") ? found->at("content") : *found;
  if (!content.is_string()) {
    object.fail(key, "a string, or an object with the string 'content'");
  }
  return content.get<std::string>();
}

int64_t read_id(const std::string& digits, const std::string& place) {
  int64_t id = -1;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (id < 0 || end.ptr != digits.data() + digits.size()) {
    throw InputError(fmt::format("{}: {} is no id of a token", place, in_quotes(digits)));
  }
  return id;
}

FurtherToken read_further_token(const json& entry, const std::string& place,
                                const std::string& source) {
  if (!entry.is_object()) {
    throw InputError(fmt::format("{} is {}; expected an object", place, json_text(entry)));
  }
  const JsonObject object(entry, place);
  for (const char* key : {"lstrip", "rstrip", "single_word"}) {
    if (object.boolean(key).value_or(false)) {
      throw InputError(fmt::format(
          "{}: '{}' is true, which is not supported for a tokenizer without a tokenizer.json",
          place, key));
    }
  }
  return {.source = source,
          .content = object.required(&JsonObject::string, "content"),
          .special = object.boolean("special").value_or(false)};
}

/// {"32000": {"content": "<|user|>", "special": true, ...}}
void read_decoder(const std::filesystem::path& path, std::map<int64_t, FurtherToken>& tokens) {
  if (!std::filesystem::exists(path)) {
    return;
  }
  const std::string source = path.string();
  const json parsed = parse_strict_json(read_file(path), source);
  const JsonObject root(parsed, source);
  const json* decoder = root.find("added_tokens_decoder");
  if (decoder == nullptr) {
    return;
  }
  if (!decoder->is_object()) {
    root.fail("added_tokens_decoder", "an object");
  }
  const std::string place = fmt::format("{}: added_tokens_decoder", source);
  for (const auto& [digits, entry] : decoder->items()) {
    const int64_t id = read_id(digits, place);
    tokens[id] = read_further_token(entry, fmt::format("{}.{}", place, digits), source);
  }
}

/// {"<|user|>": 32000}
void read_added_tokens(const std::filesystem::path& path, std::map<int64_t, FurtherToken>& tokens) {
  if (!std::filesystem::exists(path)) {
    return;
  }
  const std::string source = path.string();
  const json root = parse_strict_json(read_file(path), source);
  for (const auto& [content, id] : root.items()) {
    if (!id.is_number_unsigned()) {
      throw InputError(fmt::format("{}: {} is {}; expected the id of a token", source,
                                   in_quotes(content), json_text(id)));
    }
    tokens.try_emplace(id.get<int64_t>(), FurtherToken{source, content, false});
  }
}

}  // namespace

TokenizerConfig read_tokenizer_config(const std::filesystem::path& folder) {
  const auto path = folder / "tokenizer_config.json";
  TokenizerConfig config;
  config.source = path.string();
  if (std::filesystem::exists(path)) {
    const json root = parse_strict_json(read_file(path), config.source);
    const JsonObject object(root, config.source);
    config.add_bos_token = object.boolean("add_bos_token");
    config.legacy = object.boolean("legacy");
    config.bos_token = read_token(object, "bos_token");
    config.eos_token = read_token(object, "eos_token");
  }
  return config;
}

std::map<int64_t, FurtherToken> read_further_tokens(const std::filesystem::path& folder) {
  std::map<int64_t, FurtherToken> tokens;
  read_decoder(folder / "tokenizer_config.json", tokens);
  read_added_tokens(folder / "added_tokens.json", tokens);
  return tokens;
}

std::vector<int64_t> read_generation_ends(const std::filesystem::path& folder, int64_t model_ids) {
  const auto path = folder / "generation_config.json";
  if (!std::filesystem::exists(path)) {
    return {};
  }
  const json root = parse_strict_json(read_file(path), path.string());
  const JsonObject object(root, path.string());
  const json* found = object.find("eos_token_id");
  if (found == nullptr) {
    return {};
  }
  std::vector<int64_t> ids;
  for (const json& id : found->is_array() ? *found : json::array({*found})) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= static_cast<uint64_t>(model_ids)) {
      object.fail("eos_token_id", fmt::format("ids of tokens, below {}", model_ids));
    }
    ids.push_back(id.get<int64_t>());
  }
  return ids;
}

}  // namespace multistate
