#include "multistate/text/chat_format.h"

#include <algorithm>
#include <array>
#include <regex>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

/// Stands for the EOS token as written.
constexpr std::string_view kEos = "{eos}";

/// A format with the markers that a template of it holds, every one of them.
struct Known {
  const char* name;
  std::vector<std::string> markers;
  bool starts_with_bos;
  std::string before;
  std::string after;
  std::string answer_end;
  /// Takes from the template what differs between models; or nullptr.
  void (*refine)(const std::string& text, ChatFormat& format) = nullptr;
};

/// Templates of ChatML put a literal first when the user gives no system message.
void read_system_message(const std::string& text, ChatFormat& format) {
  static const std::regex pattern(R"re(<\|im_start\|>system\n([^'"{}<]+)<\|im_end\|>\n?['"])re");
  std::smatch match;
  if (std::regex_search(text, match, pattern)) {
    format.before =
        fmt::format("<|im_start|>system\n{}<|im_end|>\n{}", match[1].str(), format.before);
  }
}

/// Templates of Mistral write a blank beside the markers or none.
void read_blanks(const std::string& text, ChatFormat& format) {
  const size_t open = text.find("[INST]") + std::string_view("[INST]").size();
  const size_t close = text.find("[/INST]");
  format.before = open < text.size() && text[open] == ' ' ? "[INST] " : "[INST]";
  format.after = close > 0 && text[close - 1] == ' ' ? " [/INST]" : "[/INST]";
}

/// More specific ones first: the first whose markers are all there is taken.
const std::vector<Known>& known_formats() {
  static const std::vector<Known> formats = {
      {"ChatML",
       {"<|im_start|>", "<|im_end|>"},
       false,
       "<|im_start|>user\n",
       "<|im_end|>\n<|im_start|>assistant\n",
       "<|im_end|>",
       &read_system_message},
      {"Llama 3",
       {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"},
       true,
       "<|start_header_id|>user<|end_header_id|>\n\n",
       "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
       "<|eot_id|>"},
      {"Gemma",
       {"<start_of_turn>", "<end_of_turn>", "model"},
       true,
       "<start_of_turn>user\n",
       "<end_of_turn>\n<start_of_turn>model\n",
       "<end_of_turn>"},
      {"Phi 3",
       {"<|user|>", "<|assistant|>", "<|end|>"},
       false,
       "<|user|>\n",
       "<|end|>\n<|assistant|>\n",
       "<|end|>"},
      {"Zephyr",
       {"<|user|>", "<|assistant|>", "eos_token"},
       false,
       "<|user|>\n",
       "{eos}\n<|assistant|>\n",
       ""},
      {"Llama 2", {"[INST]", "[/INST]", "<<SYS>>"}, true, "[INST] ", " [/INST]", ""},
      {"Mistral", {"[INST]", "[/INST]"}, true, "[INST] ", " [/INST]", "", &read_blanks},
  };
  return formats;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

std::vector<std::string> chat_format_names() {
  std::vector<std::string> names;
  for (const Known& known : known_formats()) {
    names.emplace_back(known.name);
  }
  return names;
}

ChatFormat recognise_chat_format(std::string_view chat_template, std::string_view eos,
                                 const std::string& source) {
  // In a literal a line break may stand as such or as its escape.
  const std::string text = replaced(std::string(chat_template), "\\n", "\n");
  const auto holds = [&](std::string_view marker) {
    return text.find(marker) != std::string::npos;
  };
  for (const char* moving : {"strftime_now", "date_string", "Cutting Knowledge Date"}) {
    if (holds(moving)) {
      throw InputError(fmt::format(
          "{}: the chat template writes a date ({}), which is not supported", source, moving));
    }
  }
  const auto& all = known_formats();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Known& known) {
    return std::all_of(known.markers.begin(), known.markers.end(), holds);
  });
  if (found == all.end()) {
    throw InputError(fmt::format("{}: the chat template {} is of no format that is supported: {}",
                                 source, in_quotes(chat_template), join(chat_format_names())));
  }
  ChatFormat format = {.name = found->name,
                       .starts_with_bos = found->starts_with_bos,
                       .before = found->before,
                       .after = replaced(found->after, kEos, eos),
                       .answer_end = found->answer_end};
  if (found->refine != nullptr) {
    found->refine(text, format);
  }
  return format;
}

ChatFormat chat_format(const Tokenizer& tokenizer) {
  const auto found = tokenizer.chat_template();
  if (!found) {
    throw InputError("the model's tokenizer has no chat template");
  }
  const auto eos = tokenizer.eos_id();
  return recognise_chat_format(*found, eos ? tokenizer.decode(std::span(&*eos, 1)) : "",
                               "the model's tokenizer");
}

std::vector<int64_t> answer_end_ids(const Tokenizer& tokenizer, const ChatFormat* chat) {
  std::vector<int64_t> ids;
  if (tokenizer.eos_id()) {
    ids.push_back(*tokenizer.eos_id());
  }
  if (chat != nullptr && !chat->answer_end.empty()) {
    const auto end = tokenizer.encode(chat->answer_end);
    if (end.size() != 1) {
      throw InputError(
          fmt::format("the chat format {} ends answers with {}, which is no token of "
                      "the model's tokenizer",
                      chat->name, in_quotes(chat->answer_end)));
    }
    if (ids.empty() || ids.front() != end.front()) {
      ids.push_back(end.front());
    }
  }
  return ids;
}

}  // namespace multistate
