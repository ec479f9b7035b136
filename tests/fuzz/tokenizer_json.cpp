#include "multistate/text/tokenizer_json.h"

#include <nlohmann/json.hpp>

#include "multistate/text/byte_alphabet.h"

#include "fuzz/scratch.h"
#include "fuzz/target.h"
#include "fuzz/use_tokenizer.h"

namespace multistate::fuzz {
namespace {

using nlohmann::json;

json added(int64_t id, const std::string& content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

json byte_level() {
  json vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary[byte_to_character(static_cast<unsigned char>(byte))] = byte;
  }
  vocabulary["Th"] = 256;
  vocabulary["The"] = 257;
  const json split = {{"type", "Split"},
                      {"pattern", {{"Regex", R"(\p{N}{1,3}| ?\p{L}+|\s+)"}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  const json bytes = {{"type", "ByteLevel"},
                      {"add_prefix_space", false},
                      {"trim_offsets", true},
                      {"use_regex", false}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", {added(258, "<s>")}},
          {"normalizer", {{"type", "NFC"}}},
          {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {split, bytes}}}},
          {"post_processor", nullptr},
          {"decoder", {{"type", "ByteLevel"}}},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"vocab", vocabulary},
            {"merges", {"T h", "Th e"}}}}};
}

}  // namespace

void read(std::string_view input) {
  use_tokenizer(read_tokenizer_json(scratch().write("tokenizer.json", input)));
}

std::vector<std::string> seeds() {
  return {byte_level().dump()};
}

}  // namespace multistate::fuzz
