#include "multistate/text/tiktoken_file.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/text/named_pre_tokenizers.h"
#include "multistate/text/ranked_tokens.h"

namespace multistate {
namespace {

/// `names`, then "<|word_N|>" up to `size` names in total.
std::vector<std::string> filled(std::vector<std::string> names, const char* word, int first,
                                size_t size) {
  for (int number = first; names.size() < size; ++number) {
    names.push_back(fmt::format("<|{}_{}|>", word, number));
  }
  return names;
}

std::vector<std::string> llama3_special_tokens() {
  return filled({"<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>",
                 "<|reserved_special_token_1|>", "<|finetune_right_pad_id|>", "<|step_id|>",
                 "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>",
                 "<|python_tag|>", "<|image|>"},
                "reserved_special_token", 2, 256);
}

std::vector<std::string> qwen_special_tokens() {
  return filled({"<|endoftext|>", "<|im_start|>", "<|im_end|>"}, "extra", 0, 208);
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

/// The tokens of the file, and `special` behind them; text is cut as a GGUF file of this name of a
/// pre-tokenizer cuts it.
TokenizerSpec read_ranks(const std::filesystem::path& path, const char* pre_tokenizer,
                         const std::vector<std::string>& special) {
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
  append_special_tokens(special, spec);
  NamedPreTokenizer cut = named_pre_tokenizer(pre_tokenizer, spec.source);
  BpeSpec kind = ranked_kind(std::move(cut.steps));
  kind.normalizer = std::move(cut.normalizer);
  spec.kind = std::move(kind);
  return spec;
}

}  // namespace

bool is_tiktoken(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  const size_t space = line.find(' ');
  return space != std::string_view::npos && space % 4 == 0 && line.substr(space + 1) == "0";
}

TokenizerSpec read_llama3_tiktoken(const std::filesystem::path& path) {
  TokenizerSpec spec = read_ranks(path, "llama-bpe", llama3_special_tokens());
  spec.bos_id = special_id("<|begin_of_text|>", spec);
  spec.eos_id = special_id("<|end_of_text|>", spec);
  spec.end_ids = {special_id("<|eom_id|>", spec), special_id("<|eot_id|>", spec)};
  spec.add_bos = true;
  spec.bos_rule = "Meta's rule for this kind of tokenizer.model";
  return spec;
}

TokenizerSpec read_qwen_tiktoken(const std::filesystem::path& path) {
  TokenizerSpec spec = read_ranks(path, "qwen2", qwen_special_tokens());
  for (AddedToken& token : spec.added_tokens) {
    token.normalized = true;
  }
  spec.eos_id = special_id("<|endoftext|>", spec);
  spec.end_ids = {special_id("<|im_end|>", spec)};
  spec.bos_rule = "Qwen has no BOS token";
  return spec;
}

}  // namespace multistate
