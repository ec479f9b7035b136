#include "multistate/text/tekken_json.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/text/ranked_tokens.h"

namespace multistate {
namespace {

using nlohmann::json;

/// Files up to version v7 leave out the names of their special tokens, which are these.
const std::vector<std::string>& names_until_v7() {
  static const std::vector<std::string> names = {"<unk>",
                                                 "<s>",
                                                 "</s>",
                                                 "[INST]",
                                                 "[/INST]",
                                                 "[AVAILABLE_TOOLS]",
                                                 "[/AVAILABLE_TOOLS]",
                                                 "[TOOL_RESULTS]",
                                                 "[/TOOL_RESULTS]",
                                                 "[TOOL_CALLS]",
                                                 "[IMG]",
                                                 "<pad>",
                                                 "[IMG_BREAK]",
                                                 "[IMG_END]",
                                                 "[PREFIX]",
                                                 "[MIDDLE]",
                                                 "[SUFFIX]",
                                                 "[SYSTEM_PROMPT]",
                                                 "[/SYSTEM_PROMPT]",
                                                 "[TOOL_CONTENT]"};
  return names;
}

const json& list_at(const json& root, const char* key, const std::string& source) {
  const auto found = root.find(key);
  if (found == root.end() || !found->is_array()) {
    throw InputError(fmt::format("{}: {} is {}; expected a list", source, key,
                                 found == root.end() ? "missing" : json_text(*found)));
  }
  return *found;
}

/// Entries are in the order of their ranks.
JsonObject entry_at(const json& list, size_t index, const std::string& place) {
  const json& entry = list[index];
  if (!entry.is_object()) {
    throw InputError(fmt::format("{} is {}; expected an object", place, json_text(entry)));
  }
  JsonObject object(entry, place);
  if (object.required(&JsonObject::integer, "rank") != static_cast<int64_t>(index)) {
    object.fail("rank", std::to_string(index));
  }
  return object;
}

std::vector<std::string> special_names(const json& root, const std::string& version, int64_t count,
                                       const std::string& source) {
  std::vector<std::string> names;
  if (root.contains("special_tokens") && !root.at("special_tokens").is_null()) {
    const json& list = list_at(root, "special_tokens", source);
    for (size_t i = 0; i < list.size(); ++i) {
      const auto entry = entry_at(list, i, fmt::format("{}: special_tokens[{}]", source, i));
      names.push_back(entry.required(&JsonObject::string, "token_str"));
    }
  } else if (version == "v1" || version == "v2" || version == "v3" || version == "v7") {
    names = names_until_v7();
  } else {
    throw InputError(
        fmt::format("{}: special_tokens is missing, which only files of version v1, "
                    "v2, v3 and v7 may leave out; this is {}",
                    source, in_quotes(version)));
  }
  if (static_cast<int64_t>(names.size()) > count) {
    throw InputError(
        fmt::format("{}: there are {} special tokens, and config.default_num_special_tokens is {}",
                    source, names.size(), count));
  }
  for (auto i = static_cast<int64_t>(names.size()); i < count; ++i) {
    names.push_back(fmt::format("<SPECIAL_{}>", i));
  }
  return names;
}

}  // namespace

TokenizerSpec read_tekken_json(const std::filesystem::path& path) {
  TokenizerSpec spec;
  spec.source = path.string();
  const json root = parse_strict_json(read_file(path), spec.source);
  // The rest is about images, sound and how a conversation is written.
  static const std::vector<std::string> known = {"config",  "vocab",      "special_tokens",
                                                 "version", "type",       "image",
                                                 "audio",   "multimodal", "model_settings_builder"};
  JsonObject(root, spec.source).allow_only(known);
  const json config_json = root.value("config", json::object());
  if (!config_json.is_object()) {
    throw InputError(
        fmt::format("{}: config is {}; expected an object", spec.source, json_text(config_json)));
  }
  const JsonObject config(config_json, fmt::format("{}: config", spec.source));
  const auto size = config.required(&JsonObject::integer, "default_vocab_size");
  const auto special = config.required(&JsonObject::integer, "default_num_special_tokens");
  const json& vocabulary = list_at(root, "vocab", spec.source);
  if (special < 0 || size <= special || size - special > static_cast<int64_t>(vocabulary.size())) {
    config.fail("default_vocab_size",
                fmt::format("more than the {} special tokens, and at most {} more", special,
                            vocabulary.size()));
  }
  append_special_tokens(
      special_names(root, config.required(&JsonObject::string, "version"), special, spec.source),
      spec);
  for (size_t i = 0; i < static_cast<size_t>(size - special); ++i) {
    const std::string place = fmt::format("{}: vocab[{}]", spec.source, i);
    const auto entry = entry_at(vocabulary, i, place);
    spec.tokens.push_back(
        read_ranked_token(entry.required(&JsonObject::string, "token_bytes"), place));
  }
  spec.kind =
      ranked_kind({isolate(config.required(&JsonObject::string, "pattern")), BytesToAlphabet{}});
  spec.bos_id = special_id("<s>", spec);
  spec.eos_id = special_id("</s>", spec);
  spec.add_bos = true;
  spec.bos_rule = "mistral-common's rule for tekken.json";
  return spec;
}

}  // namespace multistate
