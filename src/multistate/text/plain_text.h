#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace multistate {

/// What was changed in a text when it was read.
struct TextChanges {
  bool removed_bom = false;    ///< The byte order mark of UTF-8 at its start.
  int64_t crlf_line_ends = 0;  ///< CR LF that became LF.

  bool any() const { return removed_bom || crlf_line_ends > 0; }

  /// Adds "removed_bom" and "crlf_line_ends" to the description of a text in a data report.
  void add_to(nlohmann::json& description) const;
};

/// A text as the model is given it. Line ends and byte order marks are a matter of how a file was
/// saved, and a language model gives both a loss: so a BOM at the start is removed, and every CR LF
/// becomes LF. A CR by itself, and a BOM anywhere else, are part of the text.
struct PlainText {
  std::string text;
  TextChanges changes = {};
};

PlainText plain_text(std::string bytes);

/// Throws InputError when the file cannot be read.
PlainText read_plain_text(const std::filesystem::path& path);

/// "a.txt: read without its byte order mark; 12 line ends CR LF read as LF", or "" for none.
std::string note_of(const std::string& name, const TextChanges& changes);

}  // namespace multistate
