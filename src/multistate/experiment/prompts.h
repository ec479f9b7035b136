#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/text/plain_text.h"

namespace multistate {

/// What a text is to go on from, before any tokenizer.
struct PromptText {
  std::string id;  ///< Unique in its file.
  std::string text;
  int64_t line = 0;  ///< In the file, from 1.
};

struct PromptList {
  std::vector<PromptText> prompts;
  TextChanges changes = {};  ///< Of a `.txt` file; what is inside JSON strings stays as it is.
  std::string sha256;        ///< Of the file, after these changes.
};

/// The prompts of a file. `.jsonl`: an object a line with "prompt" and, if wanted, "id" (texts);
/// `.txt`: a prompt a line, read as plain_text() has it. The id of a prompt without one is the
/// number of its line. Throws InputError with file and line for anything else: a line without a
/// prompt, a member that is not known, an id that comes twice, bytes that are not UTF-8.
PromptList read_prompts(const std::filesystem::path& path);

}  // namespace multistate
