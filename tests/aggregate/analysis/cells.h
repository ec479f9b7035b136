#pragma once

#include <map>
#include <string>
#include <vector>

#include "aggregate/analysis/analysis.h"

namespace multistate::aggregate::test {

inline constexpr double kTokens = 10.0;

/// Index of the only comparison of two cells; throws when there is none.
const Comparison& comparison_of(const std::vector<Comparison>& all, const std::string& metric,
                                size_t a, size_t b);

/// A collection of one sweep, made cell by cell. Cells have nll and perplexity, of samples of
/// kTokens tokens each.
class Cells {
 public:
  Cells() { collection_.sweeps = {{"made", "results/made", 0}}; }

  /// Adds a done cell with the losses (nats, summed) of its samples; state size 0 is an unbounded
  /// state. Returns its index.
  size_t add(const std::string& policy, int64_t state_size, const std::vector<double>& losses);

  Cell& operator[](size_t cell) { return collection_.cells.at(cell); }
  Collection& collection() { return collection_; }

  Analysis analyze(const AnalysisOptions& options = {}) const {
    return aggregate::analyze(collection_, options);
  }

 private:
  Collection collection_;
};

/// Whether a warning has this text in it.
bool warns(const Analysis& analysis, const std::string& text);

}  // namespace multistate::aggregate::test
