#include "multistate/base/assignment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>

#include "multistate/base/random.h"

#include "support/catch.h"

namespace multistate::test::assignment_test {
namespace {

constexpr double kForbidden = std::numeric_limits<double>::infinity();

double total_of(const std::vector<int64_t>& chosen, int64_t columns,
                const std::vector<double>& cost) {
  CHECK(std::set<int64_t>(chosen.begin(), chosen.end()).size() == chosen.size());
  double total = 0.0;
  for (size_t row = 0; row < chosen.size(); ++row) {
    total += cost[row * static_cast<size_t>(columns) + static_cast<size_t>(chosen[row])];
  }
  return total;
}

/// The least total over all ways to give every row another column.
double best_by_trying(int64_t rows, int64_t columns, const std::vector<double>& cost) {
  std::vector<int64_t> order(static_cast<size_t>(columns));
  std::iota(order.begin(), order.end(), 0);
  double best = kForbidden;
  do {
    double total = 0.0;
    for (int64_t row = 0; row < rows; ++row) {
      total += cost[static_cast<size_t>(row * columns + order[static_cast<size_t>(row)])];
    }
    best = std::min(best, total);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

}  // namespace

TEST_CASE("an assignment costs what scipy's linear_sum_assignment says") {
  // Totals are printed by assignment_totals.py.
  struct Case {
    int64_t rows;
    int64_t columns;
    int64_t seed;
    double total;
    double allowed;  ///< Where pairs above a diagonal are forbidden.
  };
  constexpr Case kCases[] = {
      {1, 1, 1, 29, 29},   {3, 3, 2, 123, 174},   {4, 7, 3, 68, 68},    {8, 8, 4, 78, 389},
      {10, 25, 5, 36, 38}, {30, 31, 6, 117, 727}, {60, 90, 7, 75, 158},
  };
  for (const Case& one : kCases) {
    CAPTURE(one.rows, one.columns);
    std::vector<double> cost;
    std::vector<double> allowed;
    for (int64_t i = 0; i < one.rows; ++i) {
      for (int64_t j = 0; j < one.columns; ++j) {
        cost.push_back(
            static_cast<double>((i * 37 + j * 61 + i * j * 17 + i * i * 5 + one.seed * 29) % 101));
        allowed.push_back(j > i + one.columns - one.rows ? kForbidden : cost.back());
      }
    }
    const auto chosen = min_cost_assignment(one.rows, one.columns, cost);
    CHECK(total_of(chosen, one.columns, cost) == one.total);
    const auto below = min_cost_assignment(one.rows, one.columns, allowed);
    CHECK(total_of(below, one.columns, allowed) == one.allowed);
  }
}

TEST_CASE("no other assignment costs less, tried one by one") {
  Random random({5});
  for (int round = 0; round < 60; ++round) {
    const int64_t columns = 1 + round % 6;
    const int64_t rows = 1 + static_cast<int64_t>(random.bits() % static_cast<uint64_t>(columns));
    std::vector<double> cost(static_cast<size_t>(rows * columns));
    for (double& one : cost) {
      one = random.uniform() < 0.2 ? kForbidden : random.uniform() - 0.5;
    }
    CAPTURE(round, rows, columns);
    const double best = best_by_trying(rows, columns, cost);
    if (std::isinf(best)) {
      CHECK_THROWS_AS(min_cost_assignment(rows, columns, cost), std::invalid_argument);
    } else {
      CHECK(total_of(min_cost_assignment(rows, columns, cost), columns, cost) ==
            approx(best).margin(1e-12));
    }
  }
}

TEST_CASE("more rows than columns cannot be assigned") {
  CHECK_THROWS_AS(min_cost_assignment(2, 1, std::vector<double>{1.0, 2.0}), std::invalid_argument);
  CHECK(min_cost_assignment(0, 3, {}).empty());
}

}  // namespace multistate::test::assignment_test
