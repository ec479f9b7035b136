#include "multistate/experiment/prompt_style.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/experiment/option_error.h"
#include "multistate/text/calendar_day.h"

namespace multistate {
namespace {

constexpr const char* kDateOfPlain = "plain prompts have no date; leave it out";
constexpr const char* kBosOfChat = "the chat format decides on the BOS token; leave it out";

ChatFormat format_of(const Tokenizer& tokenizer, const std::string& day) {
  try {
    return chat_format(tokenizer, day);
  } catch (const InputError& error) {
    throw InputError(fmt::format("experiment.template: chat: {}", error.what()));
  }
}

}  // namespace

void PromptStyle::visit(OptionVisitor& v) {
  v.choice(
      "template", chosen,
      {{"plain", Template::kPlain}, {"chat", Template::kChat}, {"by_model", Template::kByModel}},
      "the prompt as it is, or as a message in the model's chat format; by_model: as a message "
      "if the model has a chat template");
  v("chat_date", chat_date,
    "the date in a chat format that writes one, as 2026-01-31; empty: the template's own, if any");
  add_bos.visit(v, "start a plain prompt with the model's BOS token; tokenizer: as it says");
}

void PromptStyle::check(const Node& node) const {
  if (chosen == Template::kChat && add_bos.is_on()) {
    throw option_error(node, "add_bos", kBosOfChat);
  }
  if (chat_date.empty()) {
    return;
  }
  if (chosen == Template::kPlain) {
    throw option_error(node, "chat_date", kDateOfPlain);
  }
  try {
    check_day(chat_date);
  } catch (const InputError& error) {
    throw option_error(node, "chat_date", error.what());
  }
}

PromptFormat::PromptFormat(const PromptStyle& style, const Tokenizer& tokenizer)
    : chat_date_(style.chat_date) {
  if (style.chosen == PromptStyle::Template::kChat ||
      (style.chosen == PromptStyle::Template::kByModel && tokenizer.chat_template())) {
    if (style.add_bos.is_on()) {
      throw InputError(fmt::format("experiment.add_bos: {}", kBosOfChat));
    }
    chat_ = format_of(tokenizer, chat_date_);
    bos_ = bos_of_chat(*chat_, tokenizer);
  } else {
    if (!chat_date_.empty()) {
      throw InputError(fmt::format("experiment.chat_date: {}", kDateOfPlain));
    }
    bos_ = style.add_bos.ids(tokenizer);
  }
  end_ids_ = answer_end_ids(tokenizer, chat());
}

nlohmann::json PromptFormat::settled_options() const {
  return {{"add_bos", adds_bos()},
          {"chat_date", chat_date_.empty() ? nlohmann::json() : nlohmann::json(chat_date_)}};
}

nlohmann::json PromptFormat::chat_name() const {
  return chat_ ? nlohmann::json(chat_->name) : nlohmann::json();
}

}  // namespace multistate
