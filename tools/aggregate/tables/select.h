#pragma once

#include <string>
#include <vector>

#include "aggregate/reading/cell.h"
#include "aggregate/tables/request.h"

namespace multistate::aggregate {

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
