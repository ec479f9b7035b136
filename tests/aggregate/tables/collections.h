#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aggregate/reading/cell.h"
#include "aggregate/tables/request.h"

namespace multistate::test {

/// A done cell of a sweep that is there, with one metric "loss" (lower is better).
inline aggregate::Cell table_cell(const std::string& policy, int64_t state_size, double loss,
                                  double error = 0.5) {
  aggregate::Cell cell;
  cell.id = policy + std::to_string(state_size) + std::string(64, '0');
  cell.state = CellState::kDone;
  cell.label = policy;
  cell.parameters["policy.name"] = policy;
  cell.parameters["model.path"] = "m";
  if (state_size > 0) {
    cell.parameters["state_size"] = state_size;
  }
  cell.metrics["loss"] = {loss, error, 10, false, "nats"};
  cell.measures["tokens_per_s"] = 1000.0 - loss;
  return cell;
}

/// full 10, tova 12 and 11, h2o 13 and 10.5 at sizes 64 and 128.
inline aggregate::Collection small_collection() {
  aggregate::Collection all;
  all.sweeps = {{.name = "small", .folder = "small", .planned = 5}};
  all.cells = {table_cell("tova", 64, 12.0), table_cell("tova", 128, 11.0),
               table_cell("h2o", 64, 13.0), table_cell("h2o", 128, 10.5),
               table_cell("full", 0, 10.0)};
  return all;
}

/// Findings that a test makes up.
class MadeFindings : public aggregate::Findings {
 public:
  using Difference =
      std::function<std::optional<aggregate::Significance>(size_t, size_t, const std::string&)>;
  using StandingOf = std::function<aggregate::Standing(size_t)>;

  MadeFindings(StandingOf standing, Difference difference, std::vector<std::string> sentences = {})
      : standing_(std::move(standing)),
        difference_(std::move(difference)),
        sentences_(std::move(sentences)) {}

  std::optional<aggregate::Significance> difference(size_t cell, size_t baseline,
                                                    const std::string& metric) const override {
    return difference_(cell, baseline, metric);
  }
  aggregate::Standing standing(size_t cell, const std::string& /*metric*/) const override {
    return standing_(cell);
  }
  std::vector<std::string> sentences(const std::string& /*metric*/) const override {
    return sentences_;
  }

 private:
  StandingOf standing_;
  Difference difference_;
  std::vector<std::string> sentences_;
};

/// In small_collection(): tova is best at 64 and h2o worse, at 128 they are tied; full is not
/// ranked.
inline MadeFindings small_findings() {
  return MadeFindings(
      [](size_t cell) {
        return aggregate::Standing{.is_best = cell == 0,
                                   .is_tied = cell == 1 || cell == 3,
                                   .is_worse = cell == 2,
                                   .is_ranked = cell != 4};
      },
      [](size_t, size_t, const std::string&) { return std::nullopt; },
      {"loss at 64: tova is best"});
}

}  // namespace multistate::test
