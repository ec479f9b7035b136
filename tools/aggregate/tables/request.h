#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Keeps the cells in which a field has one of the values.
struct Filter {
  std::string key;
  std::vector<std::string> values;
};

/// "policy.name=tova,h2o". Throws InputError for what has no '=' or no value.
Filter parse_filter(const std::string& text);

enum class Relation { kDifference, kRatio };

/// What a table is to show. Fields are parameters by their keys ("policy.name"), "label", "sweep",
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

/// What an analysis found, as far as tables show it. Without it no table has marks.
class Findings {
 public:
  virtual ~Findings() = default;

  /// In either order; nullopt when nothing is known.
  virtual std::optional<Significance> difference(size_t cell, size_t baseline,
                                                 const std::string& metric) const = 0;
  virtual Standing standing(size_t cell, const std::string& metric) const = 0;

  /// What may be said of a metric, a sentence a state size.
  virtual std::vector<std::string> sentences(const std::string& metric) const = 0;
};

}  // namespace multistate::aggregate
