#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace multistate {

/// The chat template of a Hugging Face folder: `chat_template.jinja`, or the member "chat_template"
/// of `tokenizer_config.json` (a text, or a list of {"name", "template"}, of which "default" is
/// taken); nothing where there is neither. Throws InputError with file and key for anything else.
std::optional<std::string> read_chat_template(const std::filesystem::path& folder);

}  // namespace multistate
