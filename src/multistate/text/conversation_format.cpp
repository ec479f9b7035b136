#include "multistate/text/conversation_format.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

using Role = ChatMessage::Role;
using Place = ConversationFormat::SystemPlace;
using Trim = ConversationFormat::Trim;

/// What str.isspace() is true for, in UTF-8.
constexpr std::array<std::string_view, 29> kPythonBlanks = {
    "\t",           "\n",           "\v",           "\f",           "\r",
    "\x1c",         "\x1d",         "\x1e",         "\x1f",         " ",
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

std::string trimmed(const std::string& text, Trim trim) {
  switch (trim) {
    case Trim::kBlanks:
      return python_strip(text);
    case Trim::kBlanksAfter: {
      const std::string kept = python_strip(text);
      return text.substr(0, text.find(kept) + kept.size());
    }
    case Trim::kLinesBefore:
      return text.substr(std::min(text.find_first_not_of('\n'), text.size()));
    default:
      return text;
  }
}

/// The system message with what stands around it.
std::string system_block(const ConversationFormat& format, const std::string& text) {
  for (const std::string& word : format.system_switches) {
    if (text.find(word) != std::string::npos) {
      throw InputError(fmt::format(
          "the chat template of the format {} reads {} in a system message as a switch, which is "
          "not supported",
          format.name, word));
    }
  }
  switch (format.system_place) {
    case Place::kRefused:
      throw InputError(fmt::format("the chat format {} has no system message", format.name));
    case Place::kIgnored:
      throw InputError(
          fmt::format("the chat template of the format {} drops system messages", format.name));
    default:
      return format.system.before + trimmed(text, format.trim_system) + format.system.after;
  }
}

bool is_none(const ConversationFormat& format, const ChatMessage& system) {
  return format.blank_system_is_none && trimmed(system.text, format.trim_system).empty();
}

void check_order(std::span<const ChatMessage> messages) {
  bool user = true;
  for (size_t i = !messages.empty() && messages[0].role == Role::kSystem ? 1 : 0;
       i < messages.size(); ++i, user = !user) {
    if (messages[i].role != (user ? Role::kUser : Role::kAssistant)) {
      throw InputError("messages of user and assistant have to alternate, the user's first");
    }
  }
  if (messages.empty() || messages.back().role != Role::kUser) {
    throw InputError("a conversation ends with a message of the user");
  }
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// A turn of the user or the assistant, in its frame; what the format makes of the system's message
/// comes before its text, unless it is null.
std::string turn_text(const ConversationFormat& format, const ChatMessage& message,
                      const std::string* system) {
  const bool user = message.role == Role::kUser;
  const ChatFrame& frame = user ? format.user : format.assistant;
  std::string text = frame.before;
  if (system != nullptr && format.trims_system_with_user) {
    text += python_strip(*system + message.text);
  } else {
    const Trim of_user = format.trims_user ? Trim::kBlanks : Trim::kNothing;
    text += system != nullptr ? *system : "";
    text += trimmed(message.text, user ? of_user : format.trim_assistant);
  }
  return text + frame.after;
}

}  // namespace

std::string python_strip(const std::string& text) {
  std::string_view rest = text;
  const auto starts = [&](std::string_view blank) { return rest.starts_with(blank); };
  const auto ends = [&](std::string_view blank) { return rest.ends_with(blank); };
  const auto& blanks = kPythonBlanks;
  for (const auto* at = blanks.begin();
       (at = std::find_if(blanks.begin(), blanks.end(), starts)) != blanks.end();) {
    rest.remove_prefix(at->size());
  }
  for (const auto* at = blanks.begin();
       (at = std::find_if(blanks.begin(), blanks.end(), ends)) != blanks.end();) {
    rest.remove_suffix(at->size());
  }
  return std::string(rest);
}

void python_strip(std::string& first, std::string& last) {
  const std::string all = first + last;
  const std::string kept = python_strip(all);
  const size_t begin = all.find(kept);
  const size_t end = begin + kept.size();
  const size_t split = std::clamp(first.size(), begin, end);
  first = all.substr(begin, split - begin);
  last = all.substr(split, end - split);
}

bool ConversationFormat::writes_bos() const {
  return frame_of_message(*this).before.starts_with("{bos}");
}

std::string chat_text(const ConversationFormat& format, std::span<const ChatMessage> messages) {
  check_order(messages);
  std::string system;
  bool has_system = messages.front().role == Role::kSystem;
  if (has_system) {
    system = system_block(format, messages.front().text);
    has_system = !is_none(format, messages.front());
    messages = messages.subspan(1);
  }
  const Place place = has_system ? format.system_place : Place::kOwnTurn;
  std::string text = format.start;
  text += !has_system ? format.no_system : place == Place::kOwnTurn ? system : "";
  for (size_t i = 0; i < messages.size(); ++i) {
    const bool with_system = (place == Place::kFirstUser && i == 0) ||
                             (place == Place::kLastUser && i + 1 == messages.size());
    text += turn_text(format, messages[i], with_system ? &system : nullptr);
  }
  return text + format.generation;
}

bool writes(const ConversationFormat& format, std::string_view text) {
  const std::array<const std::string*, 9> all = {
      &format.start,         &format.no_system,        &format.generation,
      &format.system.before, &format.system.after,     &format.user.before,
      &format.user.after,    &format.assistant.before, &format.assistant.after};
  return std::any_of(all.begin(), all.end(), [&](const std::string* part) {
    return part->find(text) != std::string::npos;
  });
}

ChatFrame frame_of_message(const ConversationFormat& format) {
  return {format.start + format.no_system + format.user.before,
          format.user.after + format.generation};
}

ConversationFormat with_texts(ConversationFormat format, const ChatTexts& texts) {
  const auto fill = [&](std::string& text) {
    text = replaced(std::move(text), "{bos}", texts.bos);
    text = replaced(std::move(text), "{eos}", texts.eos);
    text = replaced(std::move(text), "{date}", texts.date);
  };
  for (std::string* text : {&format.start, &format.no_system, &format.generation}) {
    fill(*text);
  }
  for (ChatFrame* frame : {&format.system, &format.user, &format.assistant}) {
    fill(frame->before);
    fill(frame->after);
  }
  std::for_each(format.ends.begin(), format.ends.end(), fill);
  return format;
}

}  // namespace multistate
