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
/// tokens until with_tokens() puts in their text.
struct ConversationFormat {
  enum class SystemPlace {
    kOwnTurn,    ///< Before the first user's message, with a turn of its own.
    kFirstUser,  ///< In the turn of the first user's message, before the message.
    kLastUser,   ///< The same of the last user's message.
    kRefused,    ///< The template raises an error for a system message.
    kIgnored,    ///< The template drops a system message without a word.
  };

  std::string name;   ///< "ChatML"
  std::string start;  ///< Once, before everything.
  SystemPlace system_place = SystemPlace::kOwnTurn;
  ChatFrame system;
  std::string no_system;  ///< After `start` in a conversation without a system message.
  ChatFrame user;
  ChatFrame assistant;
  std::string generation;  ///< After the last message; may open a section for thoughts.

  bool trims_system = false;  ///< Messages lose the blanks at both ends, as by Python's strip().
  bool trims_user = false;
  bool trims_assistant = false;
  bool trims_system_with_user = false;  ///< Of kFirstUser: both, as one text.

  std::vector<std::string> ends;  ///< Tokens that end an answer, as written, besides EOS.

  /// Whether the format itself writes BOS at the start of a prompt. Of a format with "{bos}".
  bool writes_bos() const;
};

/// What the chat template writes: [system] user (assistant user)*. Throws InputError for a system
/// message where the template has no place for one, and for messages in another order.
std::string chat_text(const ConversationFormat& format, std::span<const ChatMessage> messages);

/// What chat_text() writes around a single user's message, which is to be trimmed first where
/// `trims_user` is set.
ChatFrame frame_of_message(const ConversationFormat& format);

/// The format with these texts for "{bos}" and "{eos}".
ConversationFormat with_tokens(ConversationFormat format, const std::string& bos,
                               const std::string& eos);

/// Whether the format writes this text anywhere: "{bos}".
bool writes(const ConversationFormat& format, std::string_view text);

/// `text` without the blanks at its ends, as Python's str.strip() removes them.
std::string python_strip(const std::string& text);

/// The same of a text in two parts, `first` and `last`.
void python_strip(std::string& first, std::string& last);

}  // namespace multistate
