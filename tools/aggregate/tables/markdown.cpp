#include <cctype>

#include "multistate/base/printable.h"
#include "multistate/base/text.h"

#include "aggregate/tables/formats.h"
#include "aggregate/tables/shown_table.h"

namespace multistate::aggregate {
namespace {

bool is_in_word(const std::string& text, size_t at) {
  const auto is_letter = [&](size_t place) {
    return place < text.size() && std::isalnum(static_cast<unsigned char>(text[place])) != 0;
  };
  return at > 0 && is_letter(at - 1) && is_letter(at + 1);
}

/// Text that GitHub's Markdown shows as it is, on one line.
std::string markdown_escaped(const std::string& given) {
  const std::string text = one_line(given);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<' || c == '&') {
      out += c == '<' ? "&lt;" : "&amp;";
      continue;
    }
    // An underscore within a word is one; others, and dollars, would be marks.
    const bool is_mark =
        c == '_' ? !is_in_word(text, i) : std::string("\\`*[]|~>#$").find(c) != std::string::npos;
    out += is_mark ? "\\" : "";
    out += c;
  }
  return out;
}

std::string markdown_entry(const EntryText& entry) {
  std::string out = entry.is_best ? "**" + entry.value + "**" : entry.value;
  out += entry.error.empty() ? "" : " ± " + entry.error;
  for (const std::string& mark : entry.marks) {
    out += " " + markdown_escaped(mark);
  }
  return out;
}

}  // namespace

std::string markdown_table(const Table& table) {
  std::string text = markdown_escaped(table.title) + "\n\n";
  text += table.setup.empty() ? "" : markdown_escaped(table.setup) + "\n\n";
  std::string rule = "|";
  for (size_t i = 0; i < table.row_keys.size() + table.columns.size(); ++i) {
    rule += i < table.row_keys.size() ? "---|" : "---:|";
  }
  for (const auto& line :
       lines_of(table, all_columns(table), {&markdown_escaped, &markdown_entry})) {
    text += "| " + join(line, " | ") + " |\n" + (rule.empty() ? "" : rule + "\n");
    rule.clear();
  }
  text += "\n";
  // Two spaces at the end of a line break it.
  const std::string best = best_note(table, "Bold:");
  text += best.empty() ? "" : best + "  \n";
  for (const std::string& note : table.notes) {
    text += markdown_escaped(note) + "  \n";
  }
  return text + markdown_escaped(table.counts) + "\n";
}

}  // namespace multistate::aggregate
