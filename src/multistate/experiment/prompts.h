#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate {

/// What a text is to go on from, before any tokenizer.
struct Prompt {
  std::string id;  ///< Unique in its file.
  std::string text;
  int64_t line = 0;  ///< In the file, from 1.
};

/// The prompts of a file. `.jsonl`: an object a line with "prompt" and, if wanted, "id" (texts);
/// `.txt`: a prompt a line. The id of a prompt without one is the number of its line. Throws
/// InputError with file and line for anything else: a line without a prompt, a member that is not
/// known, an id that comes twice, bytes that are no UTF-8.
std::vector<Prompt> read_prompts(const std::filesystem::path& path);

}  // namespace multistate
