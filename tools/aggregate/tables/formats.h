#pragma once

#include <string>
#include <vector>

#include "multistate/aggregate/cell.h"

#include "aggregate/tables/pivot.h"
#include "aggregate/tables/request.h"

namespace multistate::aggregate {

/// For a terminal; `color`: the best of a column bold, else with "> " in front. Where it would be
/// wider than `width` characters, each metric has a table of its own, which may still be wider.
std::string terminal_table(const Table& table, bool color, size_t width);

/// A table of GitHub's Markdown; the best of a column bold. Texts from results are escaped.
std::string markdown_table(const Table& table);

/// A `table` of LaTeX with booktabs: \toprule, a \cmidrule a metric, \midrule between what was run
/// on different things; the best of a column bold, "$\pm$" and standard errors; title, notes and
/// counts in the caption. Texts from results are escaped. Needs \usepackage{booktabs}, and UTF-8
/// as input where texts are not ASCII.
std::string latex_table(const Table& table);

/// Text as LaTeX shows it: special characters escaped, control characters as spaces.
std::string latex_escaped(const std::string& text);

/// Tidy data, RFC 4180 (lines end with CR LF): one line a cell and metric (measures are metrics
/// without n), in the order of the cells; a cell that is not done has one line without a metric.
/// Columns: sweep, cell, state, limited, label, every parameter by name, metric, unit,
/// higher_is_better, n, value, stderr, with `relative_to` also reference (the baseline's cell) and
/// relative, and error. Numbers are exact; "nan", "inf", "-inf" stand for themselves; what is
/// absent is empty. The request's filters and metrics choose lines; rows, columns and sort do not
/// matter.
std::string csv_lines(const Collection& collection, const TableRequest& request);

/// A field of a line: in quotes where it holds a comma, a quote, or a line's end.
std::string csv_field(const std::string& text);

/// A line of such fields, its end included.
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace multistate::aggregate
