#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "aggregate/tables/fields.h"
#include "aggregate/tables/values.h"

namespace multistate::aggregate {
namespace {

/// Rows first to end of one column, which are compared with each other.
struct Block {
  size_t column = 0;
  size_t first = 0;
  size_t end = 0;
};

bool competes(const TableEntry& entry, bool limited) {
  return entry.value && !std::isnan(*entry.value) && entry.limited == limited;
}

/// Marks the best entries; the row of the first, if any.
std::optional<size_t> mark_best(const Block& block, bool larger, Table& table) {
  const auto at = [&](size_t row) -> TableEntry& { return table.rows[row].entries[block.column]; };
  bool limited = true;
  for (size_t row = block.first; row < block.end; ++row) {
    limited = limited && !competes(at(row), false);
  }
  std::optional<size_t> best;
  size_t competitors = 0;
  for (size_t row = block.first; row < block.end; ++row) {
    if (!competes(at(row), limited)) {
      continue;
    }
    ++competitors;
    const double value = *at(row).value;
    if (!best || (larger ? value > *at(*best).value : value < *at(*best).value)) {
      best = row;
    }
  }
  if (competitors < 2) {
    return std::nullopt;
  }
  for (size_t row = block.first; row < block.end; ++row) {
    at(row).is_best = competes(at(row), limited) && *at(row).value == *at(*best).value;
  }
  return best;
}

bool is_significant(size_t cell, size_t reference, const std::string& metric,
                    const SignificanceLookup& significance) {
  if (cell == reference) {
    return false;
  }
  const auto known = significance(cell, reference, metric);
  return known && known->p < kSignificant;
}

/// What an entry is compared with: its baseline, or the best of the column.
std::optional<size_t> reference_of(const TableEntry& entry, const TableEntry* best,
                                   const ValueSource& source) {
  if (source.baselines != nullptr) {
    return source.baselines->of(entry.cells.front());
  }
  return best != nullptr && best->cells.size() == 1 ? std::optional(best->cells.front())
                                                    : std::nullopt;
}

void mark_significant(const Block& block, const TableEntry* best, const ValueSource& source,
                      Table& table) {
  for (size_t row = block.first; row < block.end; ++row) {
    TableEntry& entry = table.rows[row].entries[block.column];
    if (!entry.value || entry.cells.size() != 1) {
      continue;
    }
    if (const auto reference = reference_of(entry, best, source)) {
      entry.is_significant = is_significant(
          entry.cells.front(), *reference, table.columns[block.column].metric, source.significance);
    }
  }
}

void mark_block(const Block& block, const ValueSource& source, Table& table) {
  const auto larger = higher_is_better(source.collection, table.columns[block.column].metric);
  const auto best = larger ? mark_best(block, *larger, table) : std::nullopt;
  if (source.significance) {
    mark_significant(block, best ? &table.rows[*best].entries[block.column] : nullptr, source,
                     table);
  }
}

template <class Property>
bool any_entry(const Table& table, const Property& has) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const TableRow& row) {
    return std::any_of(row.entries.begin(), row.entries.end(), has);
  });
}

}  // namespace

void set_marks(const ValueSource& source, Table& table) {
  for (size_t column = 0; column < table.columns.size(); ++column) {
    Block block = {column, 0, 0};
    while (block.first < table.rows.size()) {
      block.end = block.first + 1;
      while (block.end < table.rows.size() && !table.rows[block.end].starts_block) {
        ++block.end;
      }
      mark_block(block, source, table);
      block.first = block.end;
    }
  }
  if (any_entry(table, [](const TableEntry& entry) { return entry.is_significant; })) {
    table.notes.push_back(fmt::format(
        "* differs from {} (paired permutation test over samples, Holm's correction, p < {})",
        source.baselines == nullptr ? "the best of its column" : source.request.relative_to,
        kSignificant));
  }
  if (any_entry(table, [](const TableEntry& entry) { return entry.limited; })) {
    table.notes.emplace_back("\u2020 limited: only the first samples were run (--limit)");
  }
  if (any_entry(table, [](const TableEntry& entry) { return entry.cells.size() > 1; })) {
    table.notes.emplace_back(
        "values of several seeds are their mean \u00b1 standard error over them");
  }
}

}  // namespace multistate::aggregate
