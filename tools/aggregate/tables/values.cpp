#include "aggregate/tables/values.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/results/paired_test.h"

#include "aggregate/tables/fields.h"

namespace multistate::aggregate {
namespace {

/// Sentences on state sizes that a table shows.
constexpr size_t kMostSentences = 12;

}  // namespace

double related(const TableRequest& request, double value, double other) {
  return request.relation == Relation::kRatio ? value / other : value - other;
}

Baselines::Baselines(const Collection& collection, const std::string& label)
    : collection_(collection) {
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    const Cell& cell = collection.cells[i];
    if (cell.label == label && cell.is_done()) {
      by_setting_[setting_of(cell)].push_back(i);
    }
  }
}

std::optional<size_t> Baselines::of(size_t cell) const {
  const Cell& compared = collection_.cells[cell];
  const auto found = by_setting_.find(setting_of(compared));
  if (found == by_setting_.end()) {
    return std::nullopt;
  }
  std::optional<size_t> best;
  int best_rank = 0;
  for (const size_t candidate : found->second) {
    const Cell& other = collection_.cells[candidate];
    const auto same = [&](const char* key) {
      return compared.parameter(key) == other.parameter(key);
    };
    const int by_size = same("state_size") ? 4 : other.parameter("state_size").is_null() ? 2 : 0;
    const int rank = by_size == 0 ? 0 : by_size + (same("seed") ? 1 : 0);
    if (rank > best_rank) {
      best = candidate;
      best_rank = rank;
    }
  }
  return best;
}

EntryFiller::EntryFiller(const Collection& collection, const TableRequest& request,
                         const Findings& findings)
    : collection_(collection), request_(request), findings_(findings) {
  if (!request.relative_to.empty()) {
    baselines_.emplace(collection, request.relative_to);
  }
}

const Significance* EntryFiller::difference(size_t a, size_t b, const std::string& metric) const {
  auto found = findings_.differences.find({metric, a, b});
  found = found == findings_.differences.end() ? findings_.differences.find({metric, b, a}) : found;
  return found == findings_.differences.end() || a == b ? nullptr : &found->second;
}

/// A cell's own value, or what it is relative to its baseline.
std::optional<Estimate> EntryFiller::value_of(size_t cell, const std::string& metric) {
  const auto own = metric_of(collection_.cells[cell], metric);
  if (!own) {
    return std::nullopt;
  }
  if (!baselines_) {
    return Estimate{own->value, own->standard_error};
  }
  const auto baseline = baselines_->of(cell);
  const auto other =
      baseline ? metric_of(collection_.cells[*baseline], metric) : std::optional<Metric>();
  if (!other) {
    ++without_baseline_;
    return std::nullopt;
  }
  const Significance* known = difference(cell, *baseline, metric);
  const bool has_error = known != nullptr && request_.relation == Relation::kDifference;
  return Estimate{related(request_, own->value, other->value),
                  has_error ? known->standard_error : std::nullopt};
}

void EntryFiller::fill(const std::string& metric, TableEntry& entry) {
  std::vector<double> values;
  Estimate last;
  for (const size_t index : entry.cells) {
    const Cell& cell = collection_.cells[index];
    // Of several, one that is done says more than one that is not.
    entry.state = values.empty() || cell.is_done() ? cell.state : entry.state;
    entry.limited = entry.limited || cell.limited;
    const auto value = cell.is_done() ? value_of(index, metric) : std::optional<Estimate>();
    if (value) {
      last = *value;
      values.push_back(last.value);
    }
  }
  entry.is_planned = !entry.cells.empty();
  if (values.empty()) {
    return;
  }
  entry.state = CellState::kDone;
  const Estimate estimate = values.size() == 1 ? last : mean_of(values);
  entry.value = estimate.value;
  entry.standard_error = estimate.standard_error;
  mark(metric, entry);
}

void EntryFiller::mark(const std::string& metric, TableEntry& entry) const {
  const size_t cell = entry.cells.front();
  const auto found = findings_.standings.find({metric, cell});
  const Standing standing = found == findings_.standings.end() ? Standing{} : found->second;
  entry.is_best = standing.is_best;
  entry.is_ranked = standing.is_ranked;
  if (!baselines_) {
    entry.is_tied = standing.is_tied;
    entry.is_significant = standing.is_worse;
  } else if (const auto baseline = baselines_->of(cell)) {
    const Significance* known = difference(cell, *baseline, metric);
    entry.is_significant = known != nullptr && known->p < kSignificant;
  }
}

void EntryFiller::add_sentences(Table& table) const {
  const auto is_about = [](const Sentence& sentence, const TableEntry& entry) {
    return std::any_of(entry.cells.begin(), entry.cells.end(), [&](size_t cell) {
      return std::binary_search(sentence.cells.begin(), sentence.cells.end(), cell);
    });
  };
  size_t sentences = 0;
  for (const std::string& metric : request_.metrics) {
    const auto found = findings_.sentences.find(metric);
    if (found == findings_.sentences.end()) {
      continue;
    }
    for (const Sentence& sentence : found->second) {
      const bool shown =
          any_entry(table, [&](const TableEntry& entry) { return is_about(sentence, entry); });
      if (shown && sentences++ < kMostSentences) {
        table.notes.push_back(sentence.text);
      }
    }
  }
  if (sentences > kMostSentences) {
    table.notes.push_back(
        fmt::format("{} more verdicts are in report.json", sentences - kMostSentences));
  }
}

void EntryFiller::explain(Table& table) const {
  const auto note_if = [&](auto has, const std::string& note) {
    if (any_entry(table, has)) {
      table.notes.push_back(note);
    }
  };
  note_if([](const TableEntry& entry) { return entry.is_tied; },
          fmt::format("{} tied for the best at its cache size: not distinguishable from the leader",
                      kTiedMark));
  note_if(
      [](const TableEntry& entry) { return entry.is_significant; },
      fmt::format("* {} (paired test over samples, adjusted, p < {})",
                  baselines_ ? "differs from " + name_of_label(collection_, request_.relative_to)
                             : "worse than the leader at its cache size",
                  kSignificant));
  note_if([](const TableEntry& entry) { return !entry.is_ranked; },
          fmt::format(
              "{} not ranked: a baseline, an upper reference, or holds more memory than the others",
              kUnrankedMark));
  note_if([](const TableEntry& entry) { return entry.limited; },
          "\u2020 limited: only the first samples were run (--limit)");
  note_if([](const TableEntry& entry) { return entry.cells.size() > 1; },
          "values of several seeds are their mean \u00b1 standard error over them");
  add_sentences(table);
  if (without_baseline_ > 0) {
    if (!any_entry(table, [](const TableEntry& entry) { return entry.value.has_value(); })) {
      throw InputError(fmt::format(
          "--relative-to: no done cell of {} was run on what the other cells were run on",
          in_quotes(request_.relative_to)));
    }
    table.notes.push_back(fmt::format("{} values are not shown: {} was not run on the same setup",
                                      without_baseline_,
                                      name_of_label(collection_, request_.relative_to)));
  }
}

}  // namespace multistate::aggregate
