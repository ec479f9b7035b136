#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "multistate/aggregate/cell.h"

namespace multistate::aggregate {

/// Keeps the cells in which a field has one of the values.
struct Filter {
  std::string key;
  std::vector<std::string> values;
};

/// "policy.name=tova,h2o". Throws InputError for what has no '=' or no value.
Filter parse_filter(const std::string& text);

enum class Relation { kDifference, kRatio };

/// What a table shows. Fields are parameters by their keys ("policy.name"), "label", "sweep",
/// "state", "limited" and "id". Whatever is empty is chosen to suit the cells.
struct TableRequest {
  std::vector<std::string> rows = {};
  std::vector<std::string> columns = {};
  std::vector<std::string> metrics = {};  ///< Metrics, or measures ("tokens_per_s").
  std::vector<Filter> filters = {};
  /// A field of the rows, or a metric (its value in the last column that has one); with '-' in
  /// front from the largest.
  std::string sort = {};
  std::string relative_to = {};  ///< Label; values are then those less, or by, that policy's.
  Relation relation = Relation::kDifference;
};

/// Of the difference of a cell and its baseline in a metric, paired over samples.
struct Significance {
  double p = 1.0;  ///< Adjusted for the number of tests.
  std::optional<double> standard_error;
};

/// How a cell stands among those of its state size in a metric.
struct Standing {
  bool is_best = false;   ///< Better than every other.
  bool is_tied = false;   ///< With the leader; no one is the best.
  bool is_worse = false;  ///< Than the leader.
  bool is_ranked = true;  ///< Else a baseline, one that sees the future, or of another budget.
};

/// What may be said of a metric at a state size.
struct Sentence {
  std::string text;
  std::vector<size_t> cells;  ///< That it is about, ascending; tables without any leave it out.
};

/// The results of an analysis that tables show. Without them no table has marks.
struct Findings {
  std::map<std::pair<std::string, size_t>, Standing> standings;  ///< By metric and cell.
  std::map<std::tuple<std::string, size_t, size_t>, Significance>
      differences;  ///< By metric and two cells, in either order.
  std::map<std::string, std::vector<Sentence>>
      sentences;  ///< By metric: one for each state size of what can be compared.
};

/// Indices of the cells that all filters keep, done or not, in their order. Throws InputError for a
/// field or a value that no cell has, and when nothing is left.
std::vector<size_t> select_cells(const Collection& collection, const std::vector<Filter>& filters);

/// The request with what is empty filled in and all of it checked:
///
/// * columns: state_size, unless it is among the rows;
/// * rows: label and the parameters, other than those of policies and seed, that vary in the
///   selection and are no columns; where that puts different cells in one place, "limited",
///   "sweep", "id" as needed;
/// * metrics: perplexity, else nll, else all metrics.
///
/// Throws InputError for fields, metrics and labels that no cell has.
TableRequest complete_request(const Collection& collection, const std::vector<size_t>& cells,
                              TableRequest request);

/// "12 of 14 planned cells (1 failed, 1 missing, 0 limited)" of these cells; partial ones are
/// counted when there are any, and folders without a manifest are said.
std::string count_line(const Collection& collection, const std::vector<size_t>& cells);

}  // namespace multistate::aggregate
