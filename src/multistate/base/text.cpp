#include "multistate/base/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/printable.h"
#include "multistate/base/terminal.h"

namespace multistate {
namespace {

constexpr size_t kQuotedBytes = 80;
constexpr std::array kByteUnits = {"B", "KiB", "MiB", "GiB", "TiB"};

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

bool is_number(std::string_view cell) {
  return !cell.empty() &&
         (std::isdigit(static_cast<unsigned char>(cell.back())) != 0 || cell == "-") &&
         cell.find_first_not_of("0123456789.,-+±e% ") == std::string_view::npos;
}

/// The bytes that may follow `lead`: narrower than 80..BF where overlong forms, surrogates and code
/// points beyond U+10FFFF would begin (table 3-7 of the Unicode Standard).
std::pair<unsigned, unsigned> second_byte_range(unsigned lead) {
  switch (lead) {
    case 0xE0:
      return {0xA0, 0xBF};
    case 0xED:
      return {0x80, 0x9F};
    case 0xF0:
      return {0x90, 0xBF};
    case 0xF4:
      return {0x80, 0x8F};
    default:
      return {0x80, 0xBF};
  }
}

size_t length_by_lead(unsigned lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xC2 || lead > 0xF4) {
    return 0;
  }
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

struct Column {
  size_t width = 0;
  bool is_numeric = true;  ///< Every cell but the header is a number or empty.
};

/// Widens the columns for one more row.
void measure(std::vector<Column>& columns, const std::vector<std::string>& row, bool is_header) {
  columns.resize(std::max(columns.size(), row.size()));
  for (size_t c = 0; c < row.size(); ++c) {
    Column& column = columns[c];
    column.width = std::max(column.width, display_width(row[c]));
    column.is_numeric = column.is_numeric && (is_header || row[c].empty() || is_number(row[c]));
  }
}

}  // namespace

size_t utf8_length(std::string_view text) {
  const unsigned lead = static_cast<unsigned char>(text.front());
  const size_t length = length_by_lead(lead);
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    const unsigned byte = static_cast<unsigned char>(text[i]);
    const auto [low, high] =
        i == 1 ? second_byte_range(lead) : std::pair<unsigned, unsigned>(0x80, 0xBF);
    if (byte < low || byte > high) {
      return 0;
    }
  }
  return length;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  const size_t limit = std::max<size_t>(1, word.size() / 3);
  std::string best;
  size_t best_distance = limit + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::string best = nearest(word, candidates);
  return best.empty() ? "" : fmt::format("; did you mean '{}'?", best);
}

std::string join(std::span<const std::string> words, std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : std::string(separator)) + words[i];
  }
  return text;
}

std::string in_quotes(std::string_view text) {
  size_t bytes = 0;
  while (bytes < text.size() && bytes < kQuotedBytes) {
    bytes += std::max<size_t>(1, utf8_length(text.substr(bytes)));
  }
  return fmt::format("'{}{}'", printable(text.substr(0, bytes)), bytes < text.size() ? "..." : "");
}

std::string human_bytes(double bytes) {
  size_t unit = 0;
  while (bytes >= 1024.0 && unit + 1 < kByteUnits.size()) {
    bytes /= 1024.0;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes)
                   : fmt::format("{:.1f} {}", bytes, kByteUnits[unit]);
}

std::string human_count(int64_t count) {
  std::string digits = std::to_string(count);
  const auto first = static_cast<std::ptrdiff_t>(count < 0 ? 1 : 0);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > first; i -= 3) {
    digits.insert(static_cast<size_t>(i), ",");
  }
  return digits;
}

std::string format_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<Column> columns;
  for (size_t r = 0; r < rows.size(); ++r) {
    measure(columns, rows[r], r == 0);
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string padding(columns[c].width - display_width(row[c]), ' ');
      line += (c == 0 ? "" : "  ") + (columns[c].is_numeric ? padding + row[c] : row[c] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace multistate
