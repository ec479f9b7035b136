#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/open_tokenizer.h"
#include "multistate/cli/command.h"
#include "multistate/text/tokenizer.h"

namespace multistate {
namespace {

struct TokenizeArguments {
  std::vector<std::string> files;
  std::string model;
  bool json = false;
  bool count = false;
  bool decode = false;
};

std::string read_input(const std::string& file) {
  if (file != "-") {
    return read_file(file);
  }
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

std::vector<int64_t> parse_ids(const std::string& text) {
  std::vector<int64_t> ids;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    if (word.find_first_not_of("0123456789") != std::string::npos || word.size() > 18) {
      throw InputError(fmt::format(
          "--decode: expected token ids separated by white space, found {}", in_quotes(word)));
    }
    ids.push_back(std::stoll(word));
  }
  return ids;
}

void print(const Tokenizer& tokenizer, const std::string& input,
           const TokenizeArguments& arguments) {
  if (arguments.decode) {
    fmt::print("{}", tokenizer.decode(parse_ids(input)));
    return;
  }
  const auto ids = tokenizer.encode(input);
  if (arguments.count) {
    fmt::print("{}\n", ids.size());
  } else if (arguments.json) {
    auto tokens = nlohmann::json::array();
    for (const int64_t id : ids) {
      tokens.push_back(tokenizer.token_bytes(id));
    }
    const nlohmann::json out = {{"count", ids.size()}, {"ids", ids}, {"tokens", tokens}};
    fmt::print("{}\n", json_line(out));
  } else {
    fmt::print("{}\n", fmt::join(ids, " "));
  }
}

int tokenize(const TokenizeArguments& arguments) {
  const auto tokenizer = Tokenizer::make(open_tokenizer(arguments.model));
  for (const std::string& file : arguments.files) {
    print(*tokenizer, read_input(file), arguments);
  }
  return 0;
}

}  // namespace

void add_tokenize_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<TokenizeArguments>();
  CLI::App* command = app.add_subcommand("tokenize", "Text to token ids and back");
  command
      ->add_option("file", arguments->files,
                   "Text files, a line of output each; - reads standard input")
      ->required();
  command
      ->add_option("--model", arguments->model,
                   "Model whose tokenizer to use, or a tokenizer.json, tokenizer.model, "
                   "tekken.json, qwen.tiktoken, or GGUF file without tensors")
      ->required();
  CLI::Option* json =
      command->add_flag("--json", arguments->json, "Count, ids and token strings as JSON");
  CLI::Option* count = command->add_flag("--count", arguments->count, "Only the number of tokens");
  CLI::Option* decode =
      command->add_flag("--decode", arguments->decode, "The input is token ids; print their text");
  json->excludes(count)->excludes(decode);
  count->excludes(decode);
  command->callback(
      [&action, arguments] { action = [arguments] { return tokenize(*arguments); }; });
}

}  // namespace multistate
