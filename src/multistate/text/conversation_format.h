#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

struct ChatMessage {
  enum class Role { kSystem, kUser, kAssistant };
  Role role = Role::kUser;
  std::string text;
};

/// What a format writes before and after something.
struct ChatFrame {
  std::string before;
  std::string after;
};

/// How a chat model is asked, as data: what its chat template writes for a conversation that ends
/// with a user's message, up to where the answer begins. "{bos}" and "{eos}" stand for the model's
/// tokens, "{date}" for a day, until with_texts() puts them in.
struct ConversationFormat {
  enum class SystemPlace {
    kOwnTurn,    ///< Before the first user's message, with a turn of its own.
    kFirstUser,  ///< In the turn of the first user's message, before the message.
    kLastUser,   ///< The same of the last user's message.
    kRefused,    ///< The template raises an error for a system message.
    kIgnored,    ///< The template drops a system message without a word.
  };

  /// What a message loses, as by Python's functions.
  enum class Trim {
    kNothing,
    kBlanks,       ///< strip()
    kBlanksAfter,  ///< rstrip()
    kLinesBefore,  ///< lstrip("\n")
  };

  std::string name;   ///< "ChatML"
  std::string start;  ///< Once, before everything.
  SystemPlace system_place = SystemPlace::kOwnTurn;
  ChatFrame system;
  std::string no_system;  ///< After `start` in a conversation without a system message.
  ChatFrame user;
  ChatFrame assistant;
  std::string generation;  ///< After the last message; may open a section for thoughts.

  Trim trim_system = Trim::kNothing;
  Trim trim_assistant = Trim::kNothing;
  bool trims_user = false;              ///< Trim::kBlanks.
  bool trims_system_with_user = false;  ///< Of kFirstUser: both, as one text.

  bool blank_system_is_none = false;  ///< One that is empty when trimmed.

  /// The template looks for these in a system message, to write the whole conversation in another
  /// way; such messages are refused.
  std::vector<std::string> system_switches;

  std::vector<std::string> ends;  ///< Tokens that end an answer, as written, besides EOS.

  std::string date_form;    ///< How "{date}" is written (calendar_day.h); empty: there is none.
  std::string default_day;  ///< What the template writes where there is no clock; or empty.

  /// Whether the format itself writes BOS at the start of a prompt. Of a format with "{bos}".
  bool writes_bos() const;
};

/// What the chat template writes: [system] user (assistant user)*. Throws InputError for a system
/// message where the template has no place for one or reads it as a switch, and for messages in
/// another order.
std::string chat_text(const ConversationFormat& format, std::span<const ChatMessage> messages);

/// What chat_text() writes around a single user's message, which is to be trimmed first where
/// `trims_user` is set.
ChatFrame frame_of_message(const ConversationFormat& format);

/// What stands for "{bos}", "{eos}" and "{date}".
struct ChatTexts {
  std::string bos;
  std::string eos;
  std::string date;
};

ConversationFormat with_texts(ConversationFormat format, const ChatTexts& texts);

/// Whether the format writes this text anywhere: "{bos}".
bool writes(const ConversationFormat& format, std::string_view text);

/// `text` without the blanks at its ends, as Python's str.strip() removes them.
std::string python_strip(const std::string& text);

/// The same of a text in two parts, `first` and `last`.
void python_strip(std::string& first, std::string& last);

}  // namespace multistate
