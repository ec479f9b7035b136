#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/text/conversation_format.h"
#include "multistate/text/known_chat_formats.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// How a model is asked: the text around one message of the user that the assistant is to answer.
/// The whole prompt, as the model's own chat template would write it, is
///
///     [BOS] before <message> after
struct ChatFormat {
  std::string name;              ///< "ChatML"; "Llama 3.2, dated 26 Jul 2024"
  bool starts_with_bos = false;  ///< Whether the template writes a BOS token before all.
  std::string before;            ///< Without that token.
  std::string after;             ///< Up to where the answer begins.
  bool trims = false;            ///< Whether blanks at the ends of the message are removed.
  std::vector<int64_t> end_ids;  ///< Tokens before which an answer ends, besides EOS.
  std::string template_sha256;   ///< template_identity() of the model's chat template.
  bool by_shape = false;         ///< See KnownChatFormat.

  ConversationFormat conversation;  ///< The same for any conversation; the model's tokens in it.

  /// before + message + after, the message trimmed where the format does it.
  std::string around(const std::string& message) const;
};

/// That of a model. Templates are not run: one is known by its text or by its shape
/// (known_chat_formats.h). `day` ("2026-01-31") is what a template that writes the date writes:
/// never that of the clock, so that a prompt is the same on every day. Throws InputError when the
/// model has no chat template, when it is not known (with its SHA-256), when the tokenizer lacks a
/// token that the format writes, when the format writes a date and there is none (the templates of
/// Llama 3.2 have one for where there is no clock), and when it writes none and `day` is given.
ChatFormat chat_format(const Tokenizer& tokenizer, const std::string& day = "");

/// The same of a template that is known; without template_sha256.
ChatFormat chat_format_of(const KnownChatFormat& known, const Tokenizer& tokenizer,
                          const std::string& day);

/// Tokens before which an answer ends: Tokenizer::end_ids and, in a chat, the format's own.
std::vector<int64_t> answer_end_ids(const Tokenizer& tokenizer, const ChatFormat* chat);

}  // namespace multistate
