#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/reading/plain_text.h"
#include "aggregate/tables/entry_text.h"
#include "aggregate/tables/formats.h"

namespace multistate::aggregate {
namespace {

constexpr const char* kBold = "\033[1m";
constexpr const char* kPlain = "\033[0m";

struct Word {
  std::string text;
  bool bold = false;
};

/// Columns that UTF-8 text takes: its characters (results hold none that are wide).
size_t width_of(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

Word word_of(const Table& table, size_t row, size_t column, bool color) {
  const TableEntry& entry = table.rows[row].entries[column];
  const EntryText text = entry_text(table, row, column);
  std::string word = entry.is_best && !color ? "> " + text.value : text.value;
  if (!text.error.empty()) {
    word += " ± " + text.error;
  }
  // A mark takes a place of its own, so that numbers stay below each other.
  word += entry.is_significant || entry.is_tied ? "" : " ";
  word += join(text.marks, "");
  return {word, entry.is_best && color};
}

std::vector<std::vector<Word>> words_of(const Table& table, const std::vector<size_t>& columns,
                                        bool color) {
  std::vector<std::vector<Word>> lines(1);
  for (const std::string& key : table.row_keys) {
    lines[0].push_back({plain_text(key), false});
  }
  for (const size_t c : columns) {
    lines[0].push_back({plain_text(column_text(table, c)) + " ", false});
  }
  for (size_t r = 0; r < table.rows.size(); ++r) {
    auto& line = lines.emplace_back();
    for (const std::string& value : table.rows[r].values) {
      line.push_back({plain_text(value), false});
    }
    for (const size_t c : columns) {
      line.push_back(word_of(table, r, c, color));
    }
  }
  return lines;
}

std::string line_text(const std::vector<Word>& line, const std::vector<size_t>& widths,
                      size_t keys) {
  std::string text;
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string padding(widths[i] - width_of(line[i].text), ' ');
    const std::string word = line[i].bold ? kBold + line[i].text + kPlain : line[i].text;
    text += (i == 0 ? "" : "  ") + (i < keys ? word + padding : padding + word);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

struct Grid {
  std::string text;
  size_t width = 0;
};

/// The keys of the rows and these columns.
Grid grid_of(const Table& table, const std::vector<size_t>& columns, bool color) {
  const auto lines = words_of(table, columns, color);
  std::vector<size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i].text));
    }
  }
  Grid grid;
  for (size_t i = 0; i < lines.size(); ++i) {
    grid.text += i > 0 && table.rows[i - 1].starts_block ? "\n" : "";
    grid.text += line_text(lines[i], widths, table.row_keys.size());
  }
  grid.width = std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1));
  return grid;
}

/// Columns are ordered by metric, so those of one stand beside each other.
std::vector<std::vector<size_t>> columns_by_metric(const Table& table) {
  std::vector<std::vector<size_t>> groups;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    if (c == 0 || table.columns[c].metric != table.columns[c - 1].metric) {
      groups.emplace_back();
    }
    groups.back().push_back(c);
  }
  return groups;
}

}  // namespace

std::string terminal_table(const Table& table, bool color, size_t width) {
  std::string text = plain_text(table.title) + "\n";
  text += table.setup.empty() ? "\n" : plain_text(table.setup) + "\n\n";
  std::vector<size_t> all(table.columns.size());
  std::iota(all.begin(), all.end(), size_t{0});
  const Grid whole = grid_of(table, all, color);
  if (whole.width <= width) {
    text += whole.text + "\n";
  } else {
    for (const auto& columns : columns_by_metric(table)) {
      text += grid_of(table, columns, color).text + "\n";
    }
  }
  if (has_best(table)) {
    text += fmt::format("{} {}\n", color ? "bold:" : ">", kBestText);
  }
  for (const std::string& note : table.notes) {
    text += plain_text(note) + "\n";
  }
  return text + plain_text(table.counts) + "\n";
}

}  // namespace multistate::aggregate
