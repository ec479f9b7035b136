#include "multistate/text/chat_format.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/text/calendar_day.h"
#include "multistate/text/chat_template_shape.h"

namespace multistate {
namespace {

/// The one token that `text` is.
int64_t token_of(const std::string& text, const std::string& format, const Tokenizer& tokenizer) {
  const auto ids = tokenizer.encode(text);
  if (ids.size() != 1) {
    throw InputError(
        fmt::format("the chat format {} writes {}, which the model's tokenizer encodes as {} "
                    "tokens; expected 1",
                    format, in_quotes(text), ids.size()));
  }
  return ids.front();
}

/// The text of a special token; empty where the format has no use for it.
std::string text_of(std::optional<int64_t> id, const char* name, const char* placeholder,
                    const ConversationFormat& format, const Tokenizer& tokenizer) {
  if (!writes(format, placeholder)) {
    return "";
  }
  if (!id) {
    throw InputError(
        fmt::format("the chat format {} writes the {} token, and the model's "
                    "tokenizer names none",
                    format.name, name));
  }
  std::string text = tokenizer.decode(std::span(&*id, 1));
  if (token_of(text, format.name, tokenizer) != *id) {
    throw InputError(
        fmt::format("the {} token {} is encoded as another one", name, in_quotes(text)));
  }
  return text;
}

/// What the format writes for the date; empty where it writes none.
std::string date_of(const ConversationFormat& format, const std::string& day) {
  if (format.date_form.empty()) {
    if (!day.empty()) {
      throw InputError(fmt::format(
          "the chat format {} writes no date; leave out experiment.chat_date (--chat-date)",
          format.name));
    }
    return "";
  }
  if (day.empty() && format.default_day.empty()) {
    throw InputError(
        fmt::format("the chat format {} writes the date, which has to be given: "
                    "experiment.chat_date: 2026-01-31, generate --chat-date 2026-01-31; or give "
                    "prompts as they are (experiment.template: plain, generate --raw)",
                    format.name));
  }
  return day_text(day.empty() ? format.default_day : day, format.date_form);
}

KnownChatFormat known_format_of(const std::string& chat_template) {
  auto known = known_chat_format(chat_template);
  if (!known) {
    const bool dated = chat_template.find("strftime_now") != std::string::npos;
    throw InputError(fmt::format(
        "the model's chat template with the SHA-256 {} is not known, and templates are "
        "not run{}; give prompts as they are (experiment.template: plain, generate --raw)",
        template_identity(chat_template), dated ? " (it asks for the date)" : ""));
  }
  return *std::move(known);
}

}  // namespace

std::string ChatFormat::around(const std::string& message) const {
  return before + (trims ? python_strip(message) : message) + after;
}

ChatFormat chat_format(const Tokenizer& tokenizer, const std::string& day) {
  const auto chat_template = tokenizer.chat_template();
  if (!chat_template) {
    throw InputError("the model's tokenizer has no chat template");
  }
  ChatFormat format = chat_format_of(known_format_of(*chat_template), tokenizer, day);
  format.template_sha256 = template_identity(*chat_template);
  return format;
}

ChatFormat chat_format_of(const KnownChatFormat& known, const Tokenizer& tokenizer,
                          const std::string& day) {
  const ConversationFormat& general = known.format;
  const std::string bos = text_of(tokenizer.bos_id(), "BOS", "{bos}", general, tokenizer);
  const std::string eos = text_of(tokenizer.eos_id(), "EOS", "{eos}", general, tokenizer);
  const std::string date = date_of(general, day);
  ChatFormat format;
  format.name = general.name + (date.empty() ? "" : ", dated " + date);
  format.conversation = with_texts(general, {.bos = bos, .eos = eos, .date = date});
  format.starts_with_bos = general.writes_bos();
  const ChatFrame frame = frame_of_message(format.conversation);
  format.before = frame.before.substr(format.starts_with_bos ? bos.size() : 0);
  format.after = frame.after;
  format.trims = general.trims_user;
  for (const std::string& end : format.conversation.ends) {
    format.end_ids.push_back(token_of(end, format.name, tokenizer));
  }
  format.by_shape = known.by_shape;
  return format;
}

std::vector<int64_t> answer_end_ids(const Tokenizer& tokenizer, const ChatFormat* chat) {
  std::vector<int64_t> ids = tokenizer.end_ids();
  for (const int64_t id : chat != nullptr ? chat->end_ids : std::vector<int64_t>{}) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
      ids.push_back(id);
    }
  }
  return ids;
}

}  // namespace multistate
