// The first line names the kind, "tekken", "llama3" or "qwen"; the file follows.

#include <map>

#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/text/tekken_json.h"
#include "multistate/text/tiktoken_file.h"

#include "fuzz/scratch.h"
#include "fuzz/target.h"
#include "fuzz/use_tokenizer.h"
#include "support/to_base64.h"

namespace multistate::fuzz {
namespace {

std::vector<std::string> tokens() {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) {
    tokens.emplace_back(1, static_cast<char>(byte));
  }
  tokens.insert(tokens.end(), {"Th", "The"});
  return tokens;
}

}  // namespace

void read(std::string_view input) {
  static const std::map<std::string_view, TokenizerSpec (*)(const std::filesystem::path&)> readers =
      {{"tekken", read_tekken_json},
       {"llama3", read_llama3_tiktoken},
       {"qwen", read_qwen_tiktoken}};
  const size_t line = input.find('\n');
  const auto reader = readers.find(input.substr(0, line));
  if (line == std::string_view::npos || reader == readers.end()) {
    throw InputError("no kind");
  }
  use_tokenizer(reader->second(scratch().write("tokenizer.model", input.substr(line + 1))));
}

std::vector<std::string> seeds() {
  std::string ranked;
  nlohmann::json vocabulary = nlohmann::json::array();
  int64_t rank = 0;
  for (const std::string& token : tokens()) {
    ranked += test::to_base64(token) + " " + std::to_string(rank) + "\n";
    vocabulary.push_back(
        {{"rank", rank}, {"token_bytes", test::to_base64(token)}, {"token_str", nullptr}});
    ++rank;
  }
  const nlohmann::json tekken = {{"config",
                                  {{"pattern", R"( ?\p{L}+|\p{N}|\s+)"},
                                   {"num_vocab_tokens", rank},
                                   {"default_vocab_size", rank + 3},
                                   {"default_num_special_tokens", 3},
                                   {"version", "v3"}}},
                                 {"vocab", vocabulary},
                                 {"special_tokens",
                                  {{{"rank", 0}, {"token_str", "<unk>"}, {"is_control", true}},
                                   {{"rank", 1}, {"token_str", "<s>"}, {"is_control", true}},
                                   {{"rank", 2}, {"token_str", "</s>"}, {"is_control", true}}}}};
  return {"llama3\n" + ranked, "qwen\n" + ranked, "tekken\n" + tekken.dump()};
}

}  // namespace multistate::fuzz
