#include <fmt/format.h>

#include "multistate/text/sentencepiece_file.h"
#include "multistate/text/sentencepiece_model.h"

#include "fuzz/scratch.h"
#include "fuzz/target.h"
#include "fuzz/use_tokenizer.h"

namespace multistate::fuzz {

void read(std::string_view input) {
  use_tokenizer(read_sentencepiece(scratch().write("tokenizer.model", input)));
}

std::vector<std::string> seeds() {
  using Type = SentencePieceModel::Type;
  SentencePieceModel model;
  model.byte_fallback = true;
  model.pieces = {{"<unk>", 0.0F, Type::kUnknown},
                  {"<s>", 0.0F, Type::kControl},
                  {"</s>", 0.0F, Type::kControl}};
  for (int byte = 0; byte < 256; ++byte) {
    model.pieces.push_back({fmt::format("<0x{:02X}>", byte), 0.0F, Type::kByte});
  }
  float score = 0.0F;
  for (const char* piece : {"\u2581", "T", "h", "e", "Th", "The", "\u2581The"}) {
    model.pieces.push_back({piece, score, Type::kNormal});
    score -= 1.0F;
  }
  return {serialize(model)};
}

}  // namespace multistate::fuzz
