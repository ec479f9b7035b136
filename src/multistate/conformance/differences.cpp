#include "multistate/conformance/differences.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

/// Of outputs; relative where they are large, since sums of many are rounded differently.
constexpr double kTolerance = 1e-5;

/// Where the first difference is.
struct Place {
  int64_t step = std::numeric_limits<int64_t>::max();
  size_t set = 0;
};

int64_t end_of(int64_t fate) {
  return fate == RowTrace::kAlive ? std::numeric_limits<int64_t>::max() : fate;
}

Place first_difference(const Fates& first, const Fates& second) {
  Place place;
  for (size_t set = 0; set < first.size(); ++set) {
    for (size_t row = 0; row < first[set].size(); ++row) {
      const int64_t step = std::min(end_of(first[set][row]), end_of(second[set][row]));
      if (first[set][row] != second[set][row] && step < place.step) {
        place = {step, set};
      }
    }
  }
  return place;
}

/// "row 3 goes", "rows 3, 4 go", "no row goes".
std::string gone_at(const NamedFates& run, const Place& place) {
  std::vector<std::string> rows;
  const auto& fates = run.fates[place.set];
  for (size_t row = 0; row < fates.size(); ++row) {
    if (fates[row] == place.step) {
      rows.push_back(std::to_string(row));
    }
  }
  const std::string what = rows.empty()       ? "no row goes"
                           : rows.size() == 1 ? fmt::format("row {} goes", rows.front())
                                              : fmt::format("rows {} go", join(rows));
  return fmt::format("{} {}", what, run.name);
}

}  // namespace

Fates fates_of(const std::vector<LayerState::Set>& sets) {
  Fates fates;
  for (const LayerState::Set& set : sets) {
    fates.push_back(set.trace.evicted_at());
  }
  return fates;
}

Fates fates_of(const NaiveResult& result) {
  Fates fates;
  for (const auto& kept : result.kept) {
    std::vector<int64_t>& of_set = fates.emplace_back(kept.size(), RowTrace::kAlive);
    for (size_t row = 0; row < kept.size(); ++row) {
      for (size_t step = row; step < kept.size(); ++step) {
        if (!std::binary_search(kept[step].begin(), kept[step].end(), static_cast<int64_t>(row))) {
          of_set[row] = static_cast<int64_t>(step);
          break;
        }
      }
    }
  }
  return fates;
}

std::string row_difference(const NamedFates& first, const NamedFates& second) {
  if (first.fates == second.fates) {
    return "";
  }
  const Place place = first_difference(first.fates, second.fates);
  return fmt::format("after step {}{}: {}, {}", place.step,
                     first.fates.size() == 1 ? "" : fmt::format(" of set {}", place.set),
                     gone_at(first, place), gone_at(second, place));
}

std::string value_difference(const std::vector<float>& found, const std::vector<double>& expected,
                             int64_t tokens) {
  const size_t width = found.size() / static_cast<size_t>(tokens);
  for (size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(static_cast<double>(found[i]) - expected[i]);
    // NaN is a difference as well.
    if (!(difference <= kTolerance * std::max(1.0, std::abs(expected[i])))) {
      return fmt::format("what token {} attends to differs by {:.2g}", i / width, difference);
    }
  }
  return "";
}

std::string run_difference(const ScanRun& first, const std::string& first_name,
                           const ScanRun& second, const std::string& second_name) {
  auto rows =
      row_difference({first_name, fates_of(first.sets)}, {second_name, fates_of(second.sets)});
  if (!rows.empty()) {
    return rows;
  }
  const auto values =
      value_difference(first.attended, {second.attended.begin(), second.attended.end()},
                       first.sets.front().trace.tokens());
  return values.empty()
             ? ""
             : fmt::format("the same rows go, but {} ({} and {})", values, first_name, second_name);
}

}  // namespace multistate
