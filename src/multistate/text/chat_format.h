#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer.h"

namespace multistate {

/// How a chat model is asked: what stands around one message of the user that the assistant is to
/// answer. The whole prompt is, as the model's own chat template would write it,
///
///     [BOS] before <message> after
struct ChatFormat {
  std::string name;             ///< "ChatML"
  bool starts_with_bos = true;  ///< Whether a BOS token stands before all.
  std::string before;      ///< With the system message that the template itself brings, if any.
  std::string after;       ///< Up to where the answer begins.
  std::string answer_end;  ///< Token that ends an answer, as written; empty: EOS does.
};

/// The names of the formats that are recognised.
std::vector<std::string> chat_format_names();

/// The format of a chat template. Templates are not run: the format is recognised by the markers
/// that it writes around messages, and the system message that it brings is read from it. `eos` is
/// the EOS token as written. Throws InputError, which starts with `source`, for a template of no
/// format that is known, and for one that writes what depends on more than the message (a date).
ChatFormat recognise_chat_format(std::string_view chat_template, std::string_view eos,
                                 const std::string& source);

/// That of a model. Throws InputError as well when it has no chat template.
ChatFormat chat_format(const Tokenizer& tokenizer);

/// Tokens before which an answer ends: EOS and, in a chat, the format's own. Throws InputError when
/// the tokenizer does not have that as one token.
std::vector<int64_t> answer_end_ids(const Tokenizer& tokenizer, const ChatFormat* chat);

}  // namespace multistate
