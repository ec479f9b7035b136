#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "multistate/results/statistics.h"

#include "aggregate/tables/pivot.h"

namespace multistate::aggregate {

/// Finds for a cell the done cell of a label that it is to be compared with: the one that agrees in
/// everything but policy, options, state size and seed; of several the one of the same state size,
/// else one that is not bounded; of those the one of the same seed, else the first.
class Baselines {
 public:
  Baselines(const Collection& collection, const std::string& label);

  std::optional<size_t> of(size_t cell) const;

 private:
  const Collection& collection_;
  std::map<std::string, std::vector<size_t>> by_setting_;
};

/// What a value is relative to another, as the request says.
double related(const TableRequest& request, double value, double other);

/// Fills the entries of a table.
class EntryFiller {
 public:
  /// Keeps references to all three.
  EntryFiller(const Collection& collection, const TableRequest& request, const Findings& findings);

  /// Fills in what the cells of an entry have of the metric, and its marks. Of several cells it is
  /// the mean, with the standard error over them (mean_of() of results/statistics.h). The standard
  /// error of a difference is the paired one, where it is known; ratios have none.
  void fill(const std::string& metric, TableEntry& entry);

  /// Says in the notes of a filled table what its marks mean, what may be said of each state size
  /// in it, and which values have nothing to be relative to. Throws InputError when none has.
  void explain(Table& table) const;

 private:
  std::optional<Estimate> value_of(size_t cell, const std::string& metric);
  const Significance* difference(size_t a, size_t b, const std::string& metric) const;
  void mark(const std::string& metric, TableEntry& entry) const;
  void add_sentences(Table& table) const;

  const Collection& collection_;
  const TableRequest& request_;
  const Findings& findings_;
  std::optional<Baselines> baselines_;  ///< None: absolute values.
  size_t without_baseline_ = 0;         ///< Values that have nothing to be relative to.
};

}  // namespace multistate::aggregate
