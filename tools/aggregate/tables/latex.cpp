#include <array>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/printable.h"
#include "multistate/base/text.h"

#include "aggregate/tables/formats.h"
#include "aggregate/tables/shown_table.h"

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

std::string latex_entry(const EntryText& entry) {
  if (!entry.is_number) {
    return entry.value.empty() ? "" : "\\emph{" + latex_escaped(entry.value) + "}";
  }
  std::string out =
      entry.is_best ? "\\textbf{" + latex_escaped(entry.value) + "}" : number(entry.value);
  out += entry.error.empty() ? "" : " $\\pm$ " + number(entry.error);
  for (const std::string& mark : entry.marks) {
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
  for (const auto& columns : columns_by_metric(table)) {
    const TableColumn& column = table.columns[columns.front()];
    const std::string unit = column.unit.empty() ? "" : " (" + latex_escaped(column.unit) + ")";
    line += fmt::format("& \\multicolumn{{{}}}{{c}}{{{}{}}} ", columns.size(),
                        latex_escaped(column.metric), unit);
    rules += fmt::format("\\cmidrule(lr){{{}-{}}}\n", table.row_keys.size() + columns.front() + 1,
                         table.row_keys.size() + columns.back() + 1);
  }
  return line + "\\\\\n" + rules;
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
  const std::string best = best_note(table, " Bold:");
  text += best.empty() ? "" : best + ".";
  return text + " " + latex_escaped(table.counts) + ".";
}

}  // namespace

std::string latex_escaped(const std::string& text) {
  std::string out;
  for (const char c : one_line(text)) {
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
  const auto lines = lines_of(table, all_columns(table), {&latex_escaped, &latex_entry, true});
  text += metric_line(table);
  for (size_t i = 0; i < lines.size(); ++i) {
    text += i > 0 && table.rows[i - 1].starts_block ? "\\midrule\n" : "";
    text += join(lines[i], " & ") + (i > 0 ? " \\\\\n" : " \\\\\n\\midrule\n");
  }
  return text + "\\bottomrule\n\\end{tabular}\n\\caption{" + caption(table) + "}\n\\end{table}\n";
}

}  // namespace multistate::aggregate
