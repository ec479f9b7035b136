#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/gguf_vocabulary.h"
#include "multistate/text/sentencepiece_model.h"

namespace multistate {
namespace {

using Type = SentencePieceModel::Type;

/// A character without a token becomes its bytes, so all of them have one.
void check_bytes(const SentencePieceModel& model, const std::string& source) {
  std::set<std::string> bytes;
  for (const auto& piece : model.pieces) {
    if (piece.type == Type::kByte) {
      bytes.insert(piece.text);
    }
  }
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = fmt::format("<0x{:02X}>", byte);
    if (!bytes.contains(text)) {
      throw InputError(fmt::format("{}: 'tokenizer.ggml.tokens' has no token {} of type 6 (byte)",
                                   source, in_quotes(text)));
    }
  }
}

std::vector<double> read_scores(const GgufMetadata& metadata, const TokenizerSpec& spec) {
  const std::string key = vocabulary_key("scores");
  auto scores = metadata.required(&GgufMetadata::numbers, key);
  if (scores.size() != spec.tokens.size()) {
    throw InputError(fmt::format("{}: '{}' has {} entries, 'tokenizer.ggml.tokens' has {}",
                                 spec.source, key, scores.size(), spec.tokens.size()));
  }
  return scores;
}

/// What a piece is to the model. Those that are cut out of the text before must not be found
/// in it again, and llama.cpp knows no unused ones.
Type own_type(Type type) {
  switch (type) {
    case Type::kUserDefined:
    case Type::kUnknown:
      return Type::kControl;
    case Type::kUnused:
      return Type::kNormal;
    default:
      return type;
  }
}

/// A model has exactly one piece that stands for what is unknown. Nothing is, since
/// every byte has a token, and converters write control tokens and padding as such: any token that
/// is cut out will do.
void name_unknown(SentencePieceModel& model, const std::string& source) {
  const auto control = std::find_if(model.pieces.begin(), model.pieces.end(),
                                    [](const auto& piece) { return piece.type == Type::kControl; });
  if (control == model.pieces.end()) {
    throw InputError(fmt::format(
        "{}: 'tokenizer.ggml.token_type' has no token of type 2 (unknown) or 3 (control)", source));
  }
  control->type = Type::kUnknown;
}

bool is_cut_out(Type type) {
  return type == Type::kControl || type == Type::kUserDefined || type == Type::kUnknown;
}

}  // namespace

void read_sentencepiece(const GgufMetadata& metadata, TokenizerSpec& spec) {
  const auto types = read_token_types(metadata, spec);
  const auto scores = read_scores(metadata, spec);
  SentencePieceModel model;
  model.byte_fallback = true;
  model.add_dummy_prefix = metadata.boolean(vocabulary_key("add_space_prefix")).value_or(true);
  for (size_t id = 0; id < spec.tokens.size(); ++id) {
    if (types[id] < 1 || types[id] > static_cast<int64_t>(Type::kByte)) {
      throw InputError(
          fmt::format("{}: 'tokenizer.ggml.token_type': token {} is of type {}; expected 1 to 6",
                      spec.source, id, types[id]));
    }
    const auto type = static_cast<Type>(types[id]);
    if (is_cut_out(type)) {
      AddedToken token;
      token.id = static_cast<int64_t>(id);
      token.content = spec.tokens[id];
      token.special = type != Type::kUserDefined;
      spec.added_tokens.push_back(std::move(token));
    }
    model.pieces.push_back({spec.tokens[id], static_cast<float>(scores[id]), own_type(type)});
  }
  check_bytes(model, spec.source);
  name_unknown(model, spec.source);
  spec.kind = SentencePieceSpec{.model = serialize(model), .space_behind_added_tokens = true};
  spec.add_bos = true;
}

}  // namespace multistate
