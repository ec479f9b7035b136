#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "multistate/engine/evaluator.h"
#include "multistate/experiment/experiment.h"
#include "multistate/experiment/token_kinds.h"

namespace multistate {

/// What of a sample's rows is recorded.
struct RowQuestions {
  std::map<std::string, TokenKinds> kinds;  ///< By the name of the division: "class", "tag".
  int64_t first_rows = 0;                   ///< Rows at the start that are looked at one by one.
  int64_t picture_layer = -1;               ///< Of which layer a picture is made; -1: none.
  int64_t picture_cells = 0;
};

/// Counts over all sets of the layers of a sample that is through, as the record's `values`.
/// "steps" are queries that saw a row (RowTrace::lifetime):
///
///     rows, lifetime              rows that there were, and the sum of their steps
///     lifetime_law                the most steps that they can have (lawful_lifetime)
///     kept_rows, recent_rows      see RecentRows; absent unless the state is bounded
///     sets, first_row_at_end      sets of rows, and those that still have the row at position 0
///     first_row_steps, .._possible  steps of the row at position 0, and those until the end
///     next_rows_steps, .._possible  the same, summed over positions 1 to first_rows - 1
///     <division>_<kind>_steps, .._rows  steps of the rows of such tokens, and their number
///     first_rows                  [[steps, possible, rows], ...] by position
///     picture                     {"stride", "shares"}, see RowPicture
///     by_layer                    {"recent": [[recent, kept], ...],
///                                  "first_row": [[steps, possible], ...]}
///     kinds                       {<division>: {<kind>: [[steps, rows], ...] by layer}}
nlohmann::json row_values(const SampleState& state, const RowQuestions& questions);

/// Metrics of records with such values, each a ratio of sums over records:
///
///     recent_share              recent_rows / kept_rows; absent where no state was ever full
///     lifetime_mean             lifetime / rows
///     lifetime_law              lifetime_law / rows
///     first_row_share           first_row_steps / first_row_possible
///     first_row_at_end          first_row_at_end / sets
///     next_rows_share           the same of the rows that follow
///     lifetime_<kind>           steps / rows of a kind of the division "class" that occurs
///     nll                       nll_sum / scored_tokens, which the experiment adds
///
/// series: first_rows_share and first_rows_steps by position, recent_share_by_layer,
/// first_row_share_by_layer, and lifetime_by_<division>; maps: lifetime_by_<division>, layers by
/// kinds, and kept_rows, the first record's picture.
Summary summarize_rows(std::span<const SampleRecord> records);

}  // namespace multistate
