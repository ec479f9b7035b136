#include "multistate/text/tokenizer_json.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/text/pre_tokenizer_json.h"

namespace multistate {
namespace {

using nlohmann::json;

void read_vocabulary(const json& model, TokenizerSpec& spec) {
  const json& vocabulary = model.at("vocab");
  std::vector<bool> seen(vocabulary.size());
  spec.tokens.resize(vocabulary.size());
  for (const auto& [token, id] : vocabulary.items()) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= seen.size() || seen[id.get<size_t>()]) {
      throw InputError(
          fmt::format("{}: model.vocab: {} has id {}; expected every number below {} once",
                      spec.source, in_quotes(token), id.dump(), seen.size()));
    }
    seen[id.get<size_t>()] = true;
    spec.tokens[id.get<size_t>()] = token;
  }
}

std::pair<std::string, std::string> read_merge(const json& merge, size_t rank,
                                               const std::string& source) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0], merge[1]};
  }
  if (merge.is_string()) {
    const std::string text = merge;
    const size_t space = text.find(' ');
    if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos) {
      return {text.substr(0, space), text.substr(space + 1)};
    }
  }
  throw InputError(fmt::format(R"({}: model.merges: merge {} is {}; expected "a b" or ["a", "b"])",
                               source, rank, json_text(merge)));
}

/// The members of `object` that change ids must have the value under which they do not.
void require_neutral(const json& object, const std::string& path,
                     const std::map<std::string, json>& neutral, const std::string& source) {
  for (const auto& [key, value] : neutral) {
    const json actual = object.value(key, json());
    const bool empty_text = actual.is_string() && actual.get<std::string>().empty();
    if (!actual.is_null() && actual != value && !(value.is_null() && empty_text)) {
      throw InputError(fmt::format("{}: {}.{} is {}, which is not supported; supported: {}", source,
                                   path, key, json_text(actual), value.dump()));
    }
  }
}

ByteLevelSpec read_model(const json& root, TokenizerSpec& spec) {
  const json model = root.value("model", json());
  if (!model.is_object() || model.value("type", json("BPE")) != "BPE") {
    throw InputError(
        fmt::format("{}: model.type is {}, which is not supported; supported: \"BPE\"", spec.source,
                    json_text(model.is_object() ? model.value("type", json()) : model)));
  }
  check_members(model, "model",
                {"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
                 "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges"},
                spec.source);
  require_neutral(model, "model",
                  {{"dropout", nullptr},
                   {"unk_token", nullptr},
                   {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr},
                   {"fuse_unk", false},
                   {"byte_fallback", false}},
                  spec.source);
  if (!model.value("vocab", json()).is_object() || !model.value("merges", json()).is_array()) {
    throw InputError(
        fmt::format("{}: model: expected an object 'vocab' and a list 'merges'", spec.source));
  }
  ByteLevelSpec kind;
  kind.ignore_merges = JsonObject(model, spec.source).boolean("ignore_merges").value_or(false);
  read_vocabulary(model, spec);
  for (const json& merge : model.at("merges")) {
    kind.merges.push_back(read_merge(merge, kind.merges.size(), spec.source));
  }
  return kind;
}

void read_added_token(const json& entry, TokenizerSpec& spec) {
  const std::string path = fmt::format("added_tokens[{}]", spec.added_tokens.size());
  if (!entry.is_object()) {
    throw InputError(
        fmt::format("{}: {} is {}; expected an object", spec.source, path, json_text(entry)));
  }
  check_members(entry, path,
                {"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"},
                spec.source);
  require_neutral(entry, path, {{"single_word", false}, {"lstrip", false}, {"rstrip", false}},
                  spec.source);
  const JsonObject object(entry, fmt::format("{}: {}", spec.source, path));
  AddedToken token;
  token.id = object.required(&JsonObject::integer, "id");
  token.content = object.required(&JsonObject::string, "content");
  token.special = object.boolean("special").value_or(false);
  const auto size = static_cast<int64_t>(spec.tokens.size());
  if (token.id < 0 || token.id > size) {
    throw InputError(
        fmt::format("{}: {}.id is {}; the next free one is {}", spec.source, path, token.id, size));
  }
  // Added tokens may stand in the vocabulary as well, or follow it.
  if (token.id == size) {
    spec.tokens.push_back(token.content);
  } else if (spec.tokens[static_cast<size_t>(token.id)] != token.content) {
    throw InputError(fmt::format("{}: {}: id {} is {} here and {} in model.vocab", spec.source,
                                 path, token.id, in_quotes(token.content),
                                 in_quotes(spec.tokens[static_cast<size_t>(token.id)])));
  }
  spec.added_tokens.push_back(std::move(token));
}

void read_added_tokens(const json& root, TokenizerSpec& spec) {
  const json added = root.value("added_tokens", json::array());
  if (!added.is_array()) {
    throw InputError(
        fmt::format("{}: added_tokens is {}; expected a list", spec.source, json_text(added)));
  }
  std::set<bool> normalized;
  for (const json& entry : added) {
    read_added_token(entry, spec);
    normalized.insert(entry.value("normalized", json(false)) == json(true));
  }
  // Those that are not normalized would have to be cut out before the others.
  if (normalized.size() > 1) {
    throw InputError(
        fmt::format("{}: added_tokens: 'normalized' is true for some and false for others, which "
                    "is not supported",
                    spec.source));
  }
}

}  // namespace

TokenizerSpec read_tokenizer_json(const std::filesystem::path& path) {
  TokenizerSpec spec;
  spec.source = path.string();
  const json root = parse_strict_json(read_file(path), spec.source);
  check_members(root, "",
                {"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
                 "post_processor", "decoder", "model"},
                spec.source);
  require_neutral(
      root, "(top level)",
      {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}, {"normalizer", nullptr}},
      spec.source);
  ByteLevelSpec kind = read_model(root, spec);
  read_added_tokens(root, spec);
  kind.pre_tokenizer = read_pre_tokenizer(root.value("pre_tokenizer", json()), spec.source);
  spec.kind = std::move(kind);
  check_decoder(root.value("decoder", json()), spec.source);
  spec.bos_id = read_post_processor(root.value("post_processor", json()), spec.source);
  return spec;
}

}  // namespace multistate
