#include <array>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/reading/plain_text.h"
#include "aggregate/tables/entry_text.h"
#include "aggregate/tables/formats.h"

namespace multistate::aggregate {
namespace {

const std::map<char, const char*> kReplacements = {
    {'\\', "\\textbackslash{}"},
    {'{', "\\{"},
    {'}', "\\}"},
    {'$', "\\$"},
    {'&', "\\&"},
    {'#', "\\#"},
    {'%', "\\%"},
    {'_', "\\_"},
    {'^', "\\textasciicircum{}"},
    {'~', "\\textasciitilde{}"},
    {'<', "\\textless{}"},
    {'>', "\\textgreater{}"},
    {'|', "\\textbar{}"},
    {'"', "\\textquotedbl{}"},
    {'-', "{-}"},  // Two of them would become a dash.
    {'[', "{[}"},  // The end of a line before it would take it for an option,
    {'*', "{*}"},  // or for its star.
    {'`', "{`}"},  // Two of them would become a quotation mark.
    {'\'', "{'}"}};

/// Signs that are not ASCII, and their commands.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kSigns = {
    {{"†", "\\textsuperscript{\\dag}"}, {"‡", "\\textsuperscript{\\ddag}"}, {"±", "$\\pm$"}}};

/// A mark above the line.
std::string raised(const std::string& mark) {
  for (const auto& [sign, command] : kSigns) {
    if (mark == sign) {
      return std::string(command);
    }
  }
  return "\\textsuperscript{" + mark + "}";
}

std::string number(const std::string& text) {
  const bool is_number = text.find_first_of("0123456789") != std::string::npos;
  return is_number ? "$" + text + "$" : latex_escaped(text);
}

std::string entry_of(const Table& table, size_t row, size_t column) {
  const TableEntry& entry = table.rows[row].entries[column];
  const EntryText text = entry_text(table, row, column);
  if (!entry.value) {
    return text.value.empty() ? "" : "\\emph{" + latex_escaped(text.value) + "}";
  }
  std::string out =
      entry.is_best ? "\\textbf{" + latex_escaped(text.value) + "}" : number(text.value);
  out += text.error.empty() ? "" : " $\\pm$ " + number(text.error);
  for (const std::string& mark : text.marks) {
    out += raised(mark);
  }
  return out;
}

/// The line with the metrics over their columns, and the rules below it.
std::string metric_line(const Table& table) {
  std::string line;
  for (size_t i = 1; i < table.row_keys.size(); ++i) {
    line += "& ";
  }
  std::string rules;
  for (size_t first = 0; first < table.columns.size();) {
    size_t end = first + 1;
    while (end < table.columns.size() && table.columns[end].metric == table.columns[first].metric) {
      ++end;
    }
    const TableColumn& column = table.columns[first];
    const std::string unit = column.unit.empty() ? "" : " (" + latex_escaped(column.unit) + ")";
    line += fmt::format("& \\multicolumn{{{}}}{{c}}{{{}{}}} ", end - first,
                        latex_escaped(column.metric), unit);
    rules += fmt::format("\\cmidrule(lr){{{}-{}}}\n", table.row_keys.size() + first + 1,
                         table.row_keys.size() + end);
    first = end;
  }
  return line + "\\\\\n" + rules;
}

std::string header_line(const Table& table) {
  std::vector<std::string> names;
  for (const std::string& key : table.row_keys) {
    names.push_back(latex_escaped(key));
  }
  for (const TableColumn& column : table.columns) {
    names.push_back(latex_escaped(join(column.values)));
  }
  return join(names, " & ") + " \\\\\n";
}

std::string caption(const Table& table) {
  std::string text = latex_escaped(table.title) + ".";
  text += table.setup.empty() ? "" : " " + latex_escaped(table.setup) + ".";
  for (const std::string& note : table.notes) {
    std::string escaped = latex_escaped(note);
    for (const auto& [sign, command] : kSigns) {
      if (const size_t place = escaped.find(sign); place != std::string::npos) {
        escaped.replace(place, sign.size(), command);
      }
    }
    text += " " + escaped + ".";
  }
  text += has_best(table) ? fmt::format(" Bold: {}.", kBestText) : "";
  return text + " " + latex_escaped(table.counts) + ".";
}

}  // namespace

std::string latex_escaped(const std::string& text) {
  std::string out;
  for (const char c : plain_text(text)) {
    const auto found = kReplacements.find(c);
    out += found == kReplacements.end() ? std::string(1, c) : found->second;
  }
  return out;
}

std::string latex_table(const Table& table) {
  std::string text = "% Needs \\usepackage{booktabs}.\n\\begin{table}\n\\centering\n";
  text +=
      fmt::format("\\begin{{tabular}}{{{}{}}}\n\\toprule\n",
                  std::string(table.row_keys.size(), 'l'), std::string(table.columns.size(), 'r'));
  text += metric_line(table) + header_line(table) + "\\midrule\n";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    text += table.rows[r].starts_block ? "\\midrule\n" : "";
    std::vector<std::string> words;
    for (const std::string& value : table.rows[r].values) {
      words.push_back(latex_escaped(value));
    }
    for (size_t c = 0; c < table.columns.size(); ++c) {
      words.push_back(entry_of(table, r, c));
    }
    text += join(words, " & ") + " \\\\\n";
  }
  return text + "\\bottomrule\n\\end{tabular}\n\\caption{" + caption(table) + "}\n\\end{table}\n";
}

}  // namespace multistate::aggregate
