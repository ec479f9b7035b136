#pragma once

#include <vector>

#include "multistate/text/json_node.h"
#include "multistate/text/tokenizer_steps.h"

/// The parts of a tokenizer.json that steps are made of. What is not implemented, and every key
/// that is not known, is an InputError that names the file, the JSON path and the value.
namespace multistate {

/// The member `normalizer`: null, NFC, NFD, NFKC, NFKD, Prepend, Replace, or a Sequence.
std::vector<NormalizerStep> read_normalizer(const JsonNode& node);

/// The member `pre_tokenizer`: null, ByteLevel, Digits, Metaspace, Punctuation, Split, Whitespace,
/// WhitespaceSplit, or a Sequence.
std::vector<PreTokenizerStep> read_pre_tokenizer(const JsonNode& node);

/// The member `decoder`: ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Strip (of the space
/// before the text), or a Sequence.
Decoder read_decoder(const JsonNode& node);

/// {"Regex": ...} or {"String": ...}.
TextPattern read_pattern(const JsonNode& node);

/// The members of a Metaspace, which is a pre-tokenizer and a decoder.
struct Metaspace {
  enum class Prepend { kAlways, kFirst, kNever };
  std::string replacement;
  Prepend prepend = Prepend::kAlways;
  bool split = true;
};

Metaspace read_metaspace(const JsonNode& node);

}  // namespace multistate
