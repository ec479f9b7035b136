#include "multistate/checkpoint/hf_tokenizer.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/tokenizer_config.h"
#include "multistate/text/chat_template_file.h"
#include "multistate/text/sentencepiece_file.h"
#include "multistate/text/tekken_json.h"
#include "multistate/text/tiktoken_file.h"
#include "multistate/text/tokenizer_json.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

/// Adds the tokens that a SentencePiece model does not have itself, and cuts out those that it has.
void add_tokens(const std::map<int64_t, FurtherToken>& tokens, TokenizerSpec& spec) {
  for (const auto& [id, token] : tokens) {
    const auto size = static_cast<int64_t>(spec.tokens.size());
    if (id > size) {
      throw InputError(fmt::format("{}: the added token {} has id {}; the next free one is {}",
                                   token.source, in_quotes(token.content), id, size));
    }
    if (id == size) {
      spec.tokens.push_back(token.content);
    } else if (spec.tokens[static_cast<size_t>(id)] != token.content) {
      throw InputError(fmt::format("{}: token {} is {} here and {} in the model", token.source, id,
                                   in_quotes(token.content),
                                   in_quotes(spec.tokens[static_cast<size_t>(id)])));
    }
    const bool known = std::any_of(spec.added_tokens.begin(), spec.added_tokens.end(),
                                   [id = id](const AddedToken& other) { return other.id == id; });
    if (!known) {
      AddedToken added;
      added.id = id;
      added.content = token.content;
      added.special = token.special;
      spec.added_tokens.push_back(std::move(added));
    }
  }
}

TokenizerSpec read_json(const fs::path& path, const TokenizerConfig& /*config*/) {
  TokenizerSpec spec = read_tokenizer_json(path);
  spec.add_bos = spec.bos_id.has_value();
  spec.bos_rule = spec.add_bos ? "the template of tokenizer.json"
                               : "tokenizer.json has no template that adds one";
  return spec;
}

TokenizerSpec read_model(const fs::path& path, const TokenizerConfig& config) {
  if (is_tiktoken(read_file(path))) {
    return read_llama3_tiktoken(path);
  }
  TokenizerSpec spec = read_sentencepiece(path);
  std::get<SentencePieceSpec>(spec.kind).space_behind_added_tokens = config.legacy.value_or(true);
  add_tokens(read_further_tokens(path.parent_path()), spec);
  return spec;
}

TokenizerSpec read_tekken(const fs::path& path, const TokenizerConfig& /*config*/) {
  return read_tekken_json(path);
}

TokenizerSpec read_qwen(const fs::path& path, const TokenizerConfig& /*config*/) {
  return read_qwen_tiktoken(path);
}

struct Reader {
  const char* file;
  TokenizerSpec (*read)(const fs::path&, const TokenizerConfig&);
};

/// The first that is there is read.
constexpr std::array<Reader, 4> kReaders = {{{"tokenizer.json", &read_json},
                                             {"tokenizer.model", &read_model},
                                             {"tekken.json", &read_tekken},
                                             {"qwen.tiktoken", &read_qwen}}};

TokenizerSpec read_vocabulary(const fs::path& folder, const TokenizerConfig& config) {
  for (const Reader& reader : kReaders) {
    if (const fs::path path = folder / reader.file; fs::exists(path)) {
      return reader.read(path, config);
    }
  }
  throw InputError(
      fmt::format("{}: no tokenizer in this folder; accepted are tokenizer.json, "
                  "tokenizer.model, tekken.json and qwen.tiktoken",
                  folder.string()));
}

/// The id of a token by its text.
std::optional<int64_t> id_of(const std::optional<std::string>& token, const char* key,
                             const TokenizerConfig& config, const TokenizerSpec& spec) {
  if (!token) {
    return std::nullopt;
  }
  const auto found = std::find(spec.tokens.begin(), spec.tokens.end(), *token);
  if (found == spec.tokens.end()) {
    throw InputError(fmt::format("{}: '{}' is {}, which is no token of {}", config.source, key,
                                 in_quotes(*token), spec.source));
  }
  return found - spec.tokens.begin();
}

std::optional<int64_t> first_of(std::initializer_list<std::optional<int64_t>> ids) {
  for (const auto& id : ids) {
    if (id) {
      return id;
    }
  }
  return std::nullopt;
}

void settle_bos(const TokenizerConfig& config, const HfConfig& model, TokenizerSpec& spec) {
  const auto named = id_of(config.bos_token, "bos_token", config, spec);
  const bool from_template = spec.add_bos;
  spec.bos_id = from_template ? first_of({spec.bos_id, named, model.bos_id})
                              : first_of({named, model.bos_id, spec.bos_id});
  if (config.add_bos_token) {
    spec.add_bos = *config.add_bos_token;
    spec.bos_rule = "add_bos_token of tokenizer_config.json";
  }
}

void settle_ends(const fs::path& folder, const TokenizerConfig& config, const HfConfig& model,
                 TokenizerSpec& spec) {
  const auto first = model.eos_ids.empty() ? std::nullopt : std::optional(model.eos_ids.front());
  spec.eos_id = first_of({id_of(config.eos_token, "eos_token", config, spec), first, spec.eos_id});
  spec.end_ids.insert(spec.end_ids.end(), model.eos_ids.begin(), model.eos_ids.end());
  const auto more = read_generation_ends(folder, spec.model_ids);
  spec.end_ids.insert(spec.end_ids.end(), more.begin(), more.end());
}

}  // namespace

TokenizerSpec read_hf_tokenizer(const fs::path& folder, const HfConfig& config) {
  const TokenizerConfig own = read_tokenizer_config(folder);
  TokenizerSpec spec = read_vocabulary(folder, own);
  spec.model_ids = config.blueprint.spec.vocabulary_size;
  settle_bos(own, config, spec);
  settle_ends(folder, own, config, spec);
  spec.chat_template = read_chat_template(folder);
  return spec;
}

}  // namespace multistate
