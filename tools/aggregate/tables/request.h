#pragma once

#include <functional>
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

/// Of the difference of two cells in a metric, paired over samples.
struct Significance {
  double p = 1.0;  ///< Adjusted for the number of tests.
  std::optional<double> standard_error;
};

/// What is known of the difference of two cells (indices into Collection::cells) in a metric, in
/// either order; nullopt when nothing is. May be empty: no table then has marks.
using SignificanceLookup =
    std::function<std::optional<Significance>(size_t, size_t, const std::string&)>;

/// Differences with a smaller p have a mark.
inline constexpr double kSignificant = 0.05;

}  // namespace multistate::aggregate
