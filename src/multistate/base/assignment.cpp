#include "multistate/base/assignment.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace multistate {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int64_t kNone = -1;

/// Rows are assigned one after the other. Prices of rows and columns keep every reduced cost
/// cost - row price - column price at 0 or above, and at 0 for assigned pairs.
class Assignment {
 public:
  Assignment(int64_t rows, int64_t columns, std::span<const double> cost)
      : columns_(static_cast<size_t>(columns)),
        cost_(cost),
        row_prices_(static_cast<size_t>(rows), 0.0),
        column_prices_(columns_, 0.0),
        row_of_(columns_, kNone),
        distance_(columns_),
        previous_(columns_),
        open_(columns_) {}

  /// Assigns `row` along the shortest path from it to a free column.
  void add(int64_t row) {
    std::fill(distance_.begin(), distance_.end(), kInfinity);
    std::iota(open_.begin(), open_.end(), size_t{0});
    settled_ = 0;
    row_prices_[static_cast<size_t>(row)] = 0.0;
    int64_t column = kNone;
    int64_t from = row;
    double length = 0.0;
    do {
      column = settle_nearest(from, column, length);
      length = distance_[static_cast<size_t>(column)];
      from = row_of_[static_cast<size_t>(column)];
    } while (from != kNone);
    reprice(row, length);
    augment(row, column);
  }

  std::vector<int64_t> column_of_rows() const {
    std::vector<int64_t> columns(row_prices_.size(), kNone);
    for (size_t column = 0; column < columns_; ++column) {
      if (row_of_[column] != kNone) {
        columns[static_cast<size_t>(row_of_[column])] = static_cast<int64_t>(column);
      }
    }
    return columns;
  }

 private:
  /// Shortens distances by way of `row`, which was reached through `column` after `length`, and
  /// settles the nearest open column: a free one where several are equally near.
  int64_t settle_nearest(int64_t row, int64_t column, double length) {
    const double* costs = cost_.data() + static_cast<size_t>(row) * columns_;
    const double base = length - row_prices_[static_cast<size_t>(row)];
    size_t best = settled_;
    double least = kInfinity;
    for (size_t i = settled_; i < columns_; ++i) {
      const size_t next = open_[i];
      const double through = base + costs[next] - column_prices_[next];
      if (through < distance_[next]) {
        distance_[next] = through;
        previous_[next] = column;
      }
      if (distance_[next] < least || (distance_[next] == least && row_of_[next] == kNone)) {
        best = i;
        least = distance_[next];
      }
    }
    if (least == kInfinity) {
      throw std::invalid_argument("no assignment of all rows is allowed");
    }
    std::swap(open_[settled_], open_[best]);
    return static_cast<int64_t>(open_[settled_++]);
  }

  void reprice(int64_t row, double length) {
    row_prices_[static_cast<size_t>(row)] = length;
    for (size_t i = 0; i < settled_; ++i) {
      const size_t column = open_[i];
      const double gain = length - distance_[column];
      column_prices_[column] -= gain;
      if (row_of_[column] != kNone) {
        row_prices_[static_cast<size_t>(row_of_[column])] += gain;
      }
    }
  }

  void augment(int64_t row, int64_t column) {
    while (column != kNone) {
      const int64_t before = previous_[static_cast<size_t>(column)];
      row_of_[static_cast<size_t>(column)] =
          before == kNone ? row : row_of_[static_cast<size_t>(before)];
      column = before;
    }
  }

  size_t columns_;
  std::span<const double> cost_;
  std::vector<double> row_prices_;
  std::vector<double> column_prices_;
  std::vector<int64_t> row_of_;    ///< Row of each column, kNone while it is free.
  std::vector<double> distance_;   ///< From the row that is being assigned to each column.
  std::vector<int64_t> previous_;  ///< Column before each on the shortest path to it.
  std::vector<size_t> open_;       ///< All columns; the first `settled_` have their distance.
  size_t settled_ = 0;
};

}  // namespace

std::vector<int64_t> min_cost_assignment(int64_t rows, int64_t columns,
                                         std::span<const double> cost) {
  if (rows > columns || cost.size() != static_cast<size_t>(rows * columns)) {
    throw std::invalid_argument("an assignment needs a cost for every pair and a column a row");
  }
  Assignment assignment(rows, columns, cost);
  for (int64_t row = 0; row < rows; ++row) {
    assignment.add(row);
  }
  return assignment.column_of_rows();
}

}  // namespace multistate
