#pragma once

#include <string>

#include "multistate/aggregate/cell.h"

#include "aggregate/tables/request.h"

namespace multistate::test {

/// A done cell of a sweep that is there, with one metric "loss" (lower is better).
inline aggregate::Cell table_cell(const std::string& policy, int64_t state_size, double loss,
                                  double error = 0.5) {
  aggregate::Cell cell;
  cell.id = policy + std::to_string(state_size) + std::string(64, '0');
  cell.state = CellState::kDone;
  cell.label = policy;
  cell.name = policy;
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

/// In small_collection(): tova is best at 64 and h2o worse, at 128 they are tied; full is not
/// ranked.
inline aggregate::Findings small_findings() {
  aggregate::Findings findings;
  findings.standings = {{{"loss", 0}, {.is_best = true}},
                        {{"loss", 1}, {.is_tied = true}},
                        {{"loss", 2}, {.is_worse = true}},
                        {{"loss", 3}, {.is_tied = true}},
                        {{"loss", 4}, {.is_ranked = false}}};
  findings.sentences["loss"] = {{"loss at 64: tova is best", {0, 2}},
                                {"loss at 64 of another model: nobody is", {9}}};
  return findings;
}

}  // namespace multistate::test
