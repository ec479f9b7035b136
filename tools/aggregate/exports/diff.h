#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// How the difference of two values of a metric was judged.
enum class DiffTest {
  kEqual,        ///< The same value: nothing to judge.
  kPermutation,  ///< Paired over samples, sign_flip_p().
  kPairedT,      ///< Paired over samples, too few (2 to 5) for a permutation test to reject.
  kUnpaired,     ///< No samples in common: a normal test with both standard errors.
  kNone,         ///< Nothing tells the noise: any difference counts.
};

/// A metric of a cell that both sides have.
struct MetricDiff {
  size_t cell_a = 0;
  size_t cell_b = 0;
  std::string metric;
  double a = 0.0;
  double b = 0.0;
  DiffTest test = DiffTest::kEqual;
  size_t n = 0;  ///< Common samples, of a paired test.
  std::optional<double> p =
      std::nullopt;         ///< Of permutation tests, adjusted by Holm over all of them.
  bool is_changed = false;  ///< By more than noise at the level kSignificant of tables/request.h.
};

struct Diff {
  std::vector<MetricDiff> metrics;
  std::vector<size_t> lost;      ///< Cells of a that are done and in b are not, or not there.
  std::vector<size_t> added;     ///< Cells of b that are done and in a are not.
  std::vector<size_t> compared;  ///< Cells of a that both have done.

  /// Whether a metric changed by more than noise or a cell was lost.
  bool is_changed() const;
};

/// Compares what was measured under the same parameters (versions of policies and experiments may
/// differ). Measures, which differ from run to run, are not. Throws InputError when no parameters
/// are in both.
Diff diff(const Collection& a, const Collection& b, uint64_t seed = 0);

/// For people: what changed, what was lost and added, and how many metrics stayed.
std::string diff_text(const Diff& diff, const Collection& a, const Collection& b);

}  // namespace multistate::aggregate
