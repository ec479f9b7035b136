#include "multistate/text/tokenizer_json.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/text/json_node.h"
#include "multistate/text/post_processor_json.h"
#include "multistate/text/tokenizer_steps_json.h"

namespace multistate {
namespace {

using nlohmann::json;

void read_vocabulary(const JsonNode& node, TokenizerSpec& spec) {
  const json& vocabulary = node.value();
  if (!vocabulary.is_object()) {
    node.fail("an object");
  }
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

/// A text that the model would write around the characters of a word.
void require_empty(const JsonNode& model, std::string_view key) {
  const auto text = model.find(key);
  const bool is_empty =
      text && text->value().is_string() && text->value().get_ref<const std::string&>().empty();
  if (text && !is_empty) {
    text->fail(R"(null, "")");
  }
}

bool flag(const JsonNode& model, std::string_view key) {
  const auto value = model.find(key);
  return value && value->boolean();
}

BpeSpec read_model(const JsonNode& model, TokenizerSpec& spec) {
  if (!model.value().is_object()) {
    model.fail("an object");
  }
  const auto type = model.find("type");
  if (type && type->value() != "BPE") {
    type->fail("\"BPE\"");
  }
  model.allow_only({"type", "dropout", "unk_token", "continuing_subword_prefix",
                    "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges", "vocab",
                    "merges"});
  const auto dropout = model.find("dropout");
  if (dropout && dropout->value() != 0) {
    dropout->fail("null, 0");
  }
  require_empty(model, "continuing_subword_prefix");
  require_empty(model, "end_of_word_suffix");
  BpeSpec kind;
  if (const auto unknown = model.find("unk_token")) {
    kind.unknown_token = unknown->string();
  }
  kind.fuse_unknown = flag(model, "fuse_unk");
  kind.byte_fallback = flag(model, "byte_fallback");
  kind.ignore_merges = flag(model, "ignore_merges");
  read_vocabulary(model.required("vocab"), spec);
  kind.made_tokens = spec.tokens.size();
  const JsonNode merges = model.required("merges");
  if (!merges.value().is_array()) {
    merges.fail("a list");
  }
  for (const json& merge : merges.value()) {
    kind.merges.push_back(read_merge(merge, kind.merges.size(), spec.source));
  }
  return kind;
}

void read_added_token(const JsonNode& entry, TokenizerSpec& spec) {
  if (!entry.value().is_object()) {
    entry.fail("an object");
  }
  entry.allow_only({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
  AddedToken token;
  token.content = entry.required("content").string();
  token.special = flag(entry, "special");
  token.lstrip = flag(entry, "lstrip");
  token.rstrip = flag(entry, "rstrip");
  token.single_word = flag(entry, "single_word");
  token.normalized = flag(entry, "normalized");
  const JsonNode id = entry.required("id");
  const size_t size = spec.tokens.size();
  if (!id.value().is_number_unsigned() || id.value().get<uint64_t>() > size) {
    throw InputError(fmt::format("{}: {} is {}; the next free one is {}", spec.source, id.path(),
                                 id.value().dump(), size));
  }
  token.id = id.value().get<int64_t>();
  // Added tokens may stand in the vocabulary as well, or follow it.
  const auto place = static_cast<size_t>(token.id);
  if (place == size) {
    spec.tokens.push_back(token.content);
  } else if (spec.tokens[place] != token.content) {
    throw InputError(fmt::format("{}: {}: id {} is {} here and {} in model.vocab", spec.source,
                                 entry.path(), token.id, in_quotes(token.content),
                                 in_quotes(spec.tokens[place])));
  }
  spec.added_tokens.push_back(std::move(token));
}

/// Without a normalizer, tokens that are all looked for in normalized text are cut out like those
/// that are not: one digest for one meaning.
void drop_idle_normalized(const BpeSpec& kind, std::vector<AddedToken>& tokens) {
  const bool idle =
      kind.normalizer.empty() &&
      std::all_of(tokens.begin(), tokens.end(), [](const auto& token) { return token.normalized; });
  for (AddedToken& token : tokens) {
    token.normalized = token.normalized && !idle;
  }
}

void require_null(const JsonNode& root, std::string_view key) {
  if (const auto value = root.find(key)) {
    value->fail("null");
  }
}

/// Whether the first piece is at the beginning of the text is decided by the reference from places
/// in the text before normalization, which a rewritten beginning moves.
void check_first_prefix(const JsonNode& root, const BpeSpec& kind) {
  const bool only_first =
      std::any_of(kind.pre_tokenizer.begin(), kind.pre_tokenizer.end(), [](const auto& step) {
        const auto* prefix = std::get_if<PrefixPiece>(&step);
        return prefix != nullptr && prefix->only_first;
      });
  const bool rewritten =
      std::any_of(kind.normalizer.begin(), kind.normalizer.end(),
                  [](const auto& step) { return !std::holds_alternative<UnicodeForm>(step); });
  if (only_first && rewritten) {
    root.required("normalizer")
        .fail(R"(NFC, NFD, NFKC, NFKD beside a Metaspace with prepend_scheme "first")");
  }
}

JsonNode member_or_null(const JsonNode& root, const char* key) {
  static const json null;
  const auto found = root.find(key);
  return found ? *found : JsonNode(null, key, root.source());
}

}  // namespace

TokenizerSpec read_tokenizer_json(const std::filesystem::path& path) {
  TokenizerSpec spec;
  spec.source = path.string();
  const json file = parse_strict_json(read_file(path), spec.source);
  const JsonNode root(file, "", spec.source);
  root.allow_only({"version", "truncation", "padding", "added_tokens", "normalizer",
                   "pre_tokenizer", "post_processor", "decoder", "model"});
  const auto version = root.find("version");
  if (version && version->value() != "1.0") {
    version->fail("\"1.0\"");
  }
  require_null(root, "truncation");
  require_null(root, "padding");
  BpeSpec kind = read_model(root.required("model"), spec);
  if (const auto added = root.find("added_tokens")) {
    for (const JsonNode& entry : added->list()) {
      read_added_token(entry, spec);
    }
  }
  kind.normalizer = read_normalizer(member_or_null(root, "normalizer"));
  kind.pre_tokenizer = read_pre_tokenizer(member_or_null(root, "pre_tokenizer"));
  kind.decoder = read_decoder(member_or_null(root, "decoder"));
  check_first_prefix(root, kind);
  drop_idle_normalized(kind, spec.added_tokens);
  spec.kind = std::move(kind);
  spec.bos_id = read_post_processor(member_or_null(root, "post_processor"));
  return spec;
}

}  // namespace multistate
