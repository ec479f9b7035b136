#include "multistate/text/plain_text.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"

namespace multistate {

void TextChanges::add_to(nlohmann::json& description) const {
  description["removed_bom"] = removed_bom;
  description["crlf_line_ends"] = crlf_line_ends;
}

PlainText plain_text(std::string bytes) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  PlainText plain;
  if (bytes.starts_with(kBom)) {
    bytes.erase(0, kBom.size());
    plain.changes.removed_bom = true;
  }
  size_t end = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') {
      ++plain.changes.crlf_line_ends;
      continue;
    }
    bytes[end++] = bytes[i];
  }
  bytes.resize(end);
  plain.text = std::move(bytes);
  return plain;
}

PlainText read_plain_text(const std::filesystem::path& path) {
  return plain_text(read_file(path));
}

std::string note_of(const std::string& name, const TextChanges& changes) {
  std::vector<std::string> notes;
  if (changes.removed_bom) {
    notes.emplace_back("read without its byte order mark");
  }
  if (changes.crlf_line_ends > 0) {
    notes.push_back(
        fmt::format("{} line ends CR LF read as LF", human_count(changes.crlf_line_ends)));
  }
  return notes.empty() ? "" : fmt::format("{}: {}", name, join(notes, "; "));
}

}  // namespace multistate
