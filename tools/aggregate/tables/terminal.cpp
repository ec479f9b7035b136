#include "multistate/base/terminal.h"

#include <algorithm>
#include <string_view>

#include "multistate/base/printable.h"
#include "multistate/base/text.h"

#include "aggregate/tables/formats.h"
#include "aggregate/tables/shown_table.h"

namespace multistate::aggregate {
namespace {

constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kPlain = "\033[0m";

/// Columns that text takes, which may be bold.
size_t width_of(const std::string& text) {
  return display_width(text) - (text.starts_with(kBold) ? kBold.size() + kPlain.size() : 0);
}

std::string terminal_entry(const EntryText& entry, bool color) {
  std::string word = entry.is_best && !color ? "> " + entry.value : entry.value;
  word += entry.error.empty() ? "" : " ± " + entry.error;
  // A mark takes a place of its own, so that numbers stay below each other.
  const bool has_mark = !entry.marks.empty() && entry.marks[0].size() == 1;
  word += (has_mark ? "" : " ") + join(entry.marks, "");
  return entry.is_best && color ? std::string(kBold) + word + std::string(kPlain) : word;
}

struct Grid {
  std::string text;
  size_t width = 0;
};

/// A line of the table: its first `keys` words to the left of their columns, the others to the
/// right.
std::string aligned(const std::vector<std::string>& words, const std::vector<size_t>& widths,
                    size_t keys) {
  std::string text;
  for (size_t i = 0; i < widths.size(); ++i) {
    const std::string padding(widths[i] - width_of(words[i]), ' ');
    text += i == 0 ? "" : "  ";
    text += i < keys ? words[i] + padding : padding + words[i];
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// The keys of the rows and these columns.
Grid grid_of(const Table& table, const std::vector<size_t>& columns, bool color) {
  auto lines = lines_of(table, columns,
                        {[](const std::string& text) { return one_line(text); },
                         [&](const EntryText& entry) { return terminal_entry(entry, color); }});
  const size_t keys = table.row_keys.size();
  Grid grid;
  std::vector<size_t> widths(lines[0].size(), 0);
  for (size_t i = 0; i < widths.size(); ++i) {
    lines[0][i] += i < keys ? "" : " ";
    for (const auto& line : lines) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
    grid.width += widths[i] + (i == 0 ? 0 : 2);
  }
  for (size_t row = 0; row < lines.size(); ++row) {
    grid.text += row > 0 && table.rows[row - 1].starts_block ? "\n" : "";
    grid.text += aligned(lines[row], widths, keys) + "\n";
  }
  return grid;
}

}  // namespace

std::string terminal_table(const Table& table, bool color, size_t width) {
  std::string text = one_line(table.title) + "\n";
  text += table.setup.empty() ? "\n" : one_line(table.setup) + "\n\n";
  const Grid whole = grid_of(table, all_columns(table), color);
  if (whole.width <= width) {
    text += whole.text + "\n";
  } else {
    for (const auto& columns : columns_by_metric(table)) {
      text += grid_of(table, columns, color).text + "\n";
    }
  }
  const std::string best = best_note(table, color ? "bold:" : ">");
  text += best.empty() ? "" : best + "\n";
  for (const std::string& note : table.notes) {
    text += one_line(note) + "\n";
  }
  return text + one_line(table.counts) + "\n";
}

}  // namespace multistate::aggregate
