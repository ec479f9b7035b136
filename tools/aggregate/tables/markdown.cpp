#include <cctype>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/reading/plain_text.h"
#include "aggregate/tables/entry_text.h"
#include "aggregate/tables/formats.h"

namespace multistate::aggregate {
namespace {

bool is_in_word(const std::string& text, size_t at) {
  const auto is_letter = [&](size_t place) {
    return place < text.size() && std::isalnum(static_cast<unsigned char>(text[place])) != 0;
  };
  return at > 0 && is_letter(at - 1) && is_letter(at + 1);
}

/// Text that GitHub's Markdown shows as it is, on one line.
std::string escaped(const std::string& given) {
  const std::string text = plain_text(given);
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

std::string shown_entry(const Table& table, size_t row, size_t column) {
  const EntryText text = entry_text(table, row, column);
  const bool is_best = table.rows[row].entries[column].is_best;
  std::string out = is_best ? "**" + text.value + "**" : text.value;
  out += text.error.empty() ? "" : " ± " + text.error;
  for (const std::string& mark : text.marks) {
    out += " " + escaped(mark);
  }
  return out;
}

std::string line(const std::vector<std::string>& words) {
  return "| " + join(words, " | ") + " |\n";
}

}  // namespace

std::string markdown_table(const Table& table) {
  std::vector<std::string> head;
  std::string rule = "|";
  for (const std::string& key : table.row_keys) {
    head.push_back(escaped(key));
    rule += "---|";
  }
  for (size_t c = 0; c < table.columns.size(); ++c) {
    head.push_back(escaped(column_text(table, c)));
    rule += "---:|";
  }
  std::string text = escaped(table.title) + "\n\n";
  text += table.setup.empty() ? "" : escaped(table.setup) + "\n\n";
  text += line(head) + rule + "\n";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    std::vector<std::string> words;
    for (const std::string& value : table.rows[r].values) {
      words.push_back(escaped(value));
    }
    for (size_t c = 0; c < table.columns.size(); ++c) {
      words.push_back(shown_entry(table, r, c));
    }
    text += line(words);
  }
  // Two spaces at the end of a line break it.
  text += "\n";
  text += has_best(table) ? fmt::format("Bold: {}  \n", kBestText) : "";
  for (const std::string& note : table.notes) {
    text += escaped(note) + "  \n";
  }
  return text + escaped(table.counts) + "\n";
}

}  // namespace multistate::aggregate
