#include <algorithm>

#include <fmt/format.h>

#include "multistate/results/paired_test.h"

#include "aggregate/tables/values.h"

namespace multistate::aggregate {
namespace {

/// Sentences on state sizes that a table shows.
constexpr size_t kMostSentences = 12;

void mark(const std::string& metric, const ValueSource& source, TableEntry& entry) {
  if (!entry.value) {
    return;
  }
  const size_t cell = entry.cells.front();
  const Standing standing = source.findings->standing(cell, metric);
  entry.is_best = standing.is_best;
  entry.is_tied = standing.is_tied && source.baselines == nullptr;
  entry.is_ranked = standing.is_ranked;
  if (source.baselines == nullptr) {
    entry.is_significant = standing.is_worse;
    return;
  }
  if (const auto baseline = source.baselines->of(cell); baseline && *baseline != cell) {
    const auto known = source.findings->difference(cell, *baseline, metric);
    entry.is_significant = known && known->p < kSignificant;
  }
}

template <class Property>
bool any_entry(const Table& table, const Property& has) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const TableRow& row) {
    return std::any_of(row.entries.begin(), row.entries.end(), has);
  });
}

void explain_marks(const ValueSource& source, Table& table) {
  if (any_entry(table, [](const TableEntry& entry) { return entry.is_tied; })) {
    table.notes.push_back(
        fmt::format("{} tied for the best of its state size: not told from the leader", kTiedMark));
  }
  if (any_entry(table, [](const TableEntry& entry) { return entry.is_significant; })) {
    table.notes.push_back(fmt::format("* {} (paired over samples, adjusted, p < {})",
                                      source.baselines == nullptr
                                          ? "worse than the leader of its state size"
                                          : "differs from " + source.request.relative_to,
                                      kSignificant));
  }
  if (any_entry(table, [](const TableEntry& entry) { return entry.value && !entry.is_ranked; })) {
    table.notes.push_back(fmt::format(
        "{} not ranked: a baseline, sees later tokens, or holds more memory than the others",
        kUnrankedMark));
  }
  if (any_entry(table, [](const TableEntry& entry) { return entry.limited; })) {
    table.notes.emplace_back("\u2020 limited: only the first samples were run (--limit)");
  }
  if (any_entry(table, [](const TableEntry& entry) { return entry.cells.size() > 1; })) {
    table.notes.emplace_back(
        "values of several seeds are their mean \u00b1 standard error over them");
  }
}

void add_sentences(const ValueSource& source, Table& table) {
  std::vector<std::string> sentences;
  for (const std::string& metric : source.request.metrics) {
    const auto found = source.findings->sentences(metric);
    sentences.insert(sentences.end(), found.begin(), found.end());
  }
  for (size_t i = 0; i < std::min(kMostSentences, sentences.size()); ++i) {
    table.notes.push_back(sentences[i]);
  }
  if (sentences.size() > kMostSentences) {
    table.notes.push_back(
        fmt::format("{} more verdicts are in report.json", sentences.size() - kMostSentences));
  }
}

}  // namespace

void set_marks(const ValueSource& source, Table& table) {
  if (source.findings != nullptr) {
    for (TableRow& row : table.rows) {
      for (size_t column = 0; column < table.columns.size(); ++column) {
        mark(table.columns[column].metric, source, row.entries[column]);
      }
    }
  }
  explain_marks(source, table);
  if (source.findings != nullptr) {
    add_sentences(source, table);
  }
}

}  // namespace multistate::aggregate
