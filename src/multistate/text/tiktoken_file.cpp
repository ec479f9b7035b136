#include "multistate/text/tiktoken_file.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/text/ranked_tokens.h"

namespace multistate {
namespace {

constexpr const char* kPattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr size_t kSpecialTokens = 256;

std::vector<std::string> special_names() {
  std::vector<std::string> names = {"<|begin_of_text|>",
                                    "<|end_of_text|>",
                                    "<|reserved_special_token_0|>",
                                    "<|reserved_special_token_1|>",
                                    "<|finetune_right_pad_id|>",
                                    "<|step_id|>",
                                    "<|start_header_id|>",
                                    "<|end_header_id|>",
                                    "<|eom_id|>",
                                    "<|eot_id|>",
                                    "<|python_tag|>",
                                    "<|image|>"};
  for (int reserved = 2; names.size() < kSpecialTokens; ++reserved) {
    names.push_back(fmt::format("<|reserved_special_token_{}|>", reserved));
  }
  return names;
}

/// The token of a line, which says its rank.
std::string read_line(std::string_view line, size_t rank, const std::string& place) {
  const size_t space = line.find(' ');
  size_t said = 0;
  const std::string_view digits = space == std::string_view::npos ? "" : line.substr(space + 1);
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), said);
  if (digits.empty() || end.ptr != digits.data() + digits.size() || said != rank) {
    throw InputError(
        fmt::format("{}: {} is no token in base64 with the rank {}", place, in_quotes(line), rank));
  }
  return read_ranked_token(line.substr(0, space), place);
}

}  // namespace

bool is_tiktoken(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  const size_t space = line.find(' ');
  return space != std::string_view::npos && space % 4 == 0 && line.substr(space + 1) == "0";
}

TokenizerSpec read_tiktoken(const std::filesystem::path& path) {
  TokenizerSpec spec;
  spec.source = path.string();
  const std::string text = read_file(path);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const size_t rank = spec.tokens.size();
    spec.tokens.push_back(read_line(std::string_view(text).substr(begin, end - begin), rank,
                                    fmt::format("{}:{}", spec.source, rank + 1)));
    begin = end + 1;
  }
  append_special_tokens(special_names(), spec);
  spec.kind = ranked_kind(kPattern);
  spec.bos_id = special_id("<|begin_of_text|>", spec);
  spec.eos_id = special_id("<|end_of_text|>", spec);
  spec.end_ids = {special_id("<|eom_id|>", spec), special_id("<|eot_id|>", spec)};
  spec.add_bos = true;
  spec.bos_rule = "Meta's rule for this kind of tokenizer.model";
  return spec;
}

}  // namespace multistate
