#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// What a file `tokenizer.model` of SentencePiece holds, as far as it changes ids: a message
/// ModelProto of Protocol Buffers.
struct SentencePieceModel {
  /// By number in the file; GGUF has the same.
  enum class Type : int64_t { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };
  struct Piece {
    std::string text;
    float score = 0;
    Type type = Type::kNormal;
  };

  std::vector<Piece> pieces;
  bool byte_fallback = false;    ///< Characters without a piece become bytes, not unknown.
  bool add_dummy_prefix = true;  ///< A space is put before every text.
  std::string bos = "<s>";       ///< Names of pieces, which need not be there.
  std::string eos = "</s>";
};

/// Throws InputError, starting with `source`, for bytes that are no ModelProto, and for what
/// Tokenizer does not implement: another algorithm than BPE, a normalizer that changes more than
/// spaces to U+2581, spaces as suffixes.
SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& source);

/// A ModelProto with these members.
std::string serialize(const SentencePieceModel& model);

}  // namespace multistate
