#include "multistate/text/sentencepiece_file.h"

#include "multistate/base/mapped_file.h"
#include "multistate/text/sentencepiece_model.h"

namespace multistate {

TokenizerSpec read_sentencepiece(const std::filesystem::path& path) {
  TokenizerSpec spec;
  spec.source = path.string();
  SentencePieceSpec kind;
  kind.model = read_file(path);
  const auto model = parse_sentencepiece_model(kind.model, spec.source);
  for (const auto& piece : model.pieces) {
    const auto id = static_cast<int64_t>(spec.tokens.size());
    spec.tokens.push_back(piece.text);
    const bool control = piece.type == SentencePieceModel::Type::kControl;
    if (!control && piece.type != SentencePieceModel::Type::kUnknown) {
      continue;
    }
    AddedToken token;
    token.id = id;
    token.content = piece.text;
    token.special = true;
    spec.added_tokens.push_back(std::move(token));
    if (control && piece.text == model.bos) {
      spec.bos_id = id;
    }
    if (control && piece.text == model.eos) {
      spec.eos_id = id;
    }
  }
  spec.kind = std::move(kind);
  spec.add_bos = spec.bos_id.has_value();
  spec.bos_rule = "the rule of tokenizers with a tokenizer.model";
  return spec;
}

}  // namespace multistate
