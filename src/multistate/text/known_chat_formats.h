#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/conversation_format.h"

namespace multistate {

/// The table of chat formats (chat_formats.json): templates by identity, and shapes of templates,
/// each with the format that writes what it writes. tools/oracle_chat_templates runs the templates
/// themselves; the tests compare.

/// The format of a chat template, and how it is known.
struct KnownChatFormat {
  ConversationFormat format;
  bool by_shape = false;  ///< The template is not listed, its shape is.
};

/// Nothing for a template of which neither identity nor shape is listed. Linear in its size.
std::optional<KnownChatFormat> known_chat_format(std::string_view chat_template);

/// That of a template with this identity, which has to be listed.
ConversationFormat chat_format_of_listed(const std::string& identity);

/// Identities of the listed templates.
std::vector<std::string> listed_chat_templates();

std::vector<std::string> chat_format_names();

}  // namespace multistate
