#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/exports/changed_answers.h"
#include "aggregate/reading/cell.h"
#include "aggregate/statistics/interval.h"

namespace multistate::aggregate {

/// The direction of a change, by a paired t interval over the common samples. Runs on the same
/// samples are deterministic, so this does not decide whether something changed.
enum class ChangeVerdict {
  kNone,        ///< Not changed, or nothing to judge by: too few samples.
  kBetter,      ///< The interval of the difference excludes 0.
  kWorse,       ///< The same, in the other direction.
  kCannotTell,  ///< The interval includes 0.
};

/// A metric of a cell that both sides have.
struct MetricDiff {
  size_t cell_a = 0;
  std::string metric;
  double a = 0.0;
  double b = 0.0;
  double distance = 0.0;  ///< The largest identity_distance() of its samples and its value.
  std::optional<int64_t> sample = std::nullopt;  ///< Where the largest is, when in a sample.
  size_t n = 0;                                  ///< Common samples.
  bool has_other_samples = false;  ///< The sides do not have the same samples (--limit).
  bool is_changed = false;         ///< `distance` is beyond the tolerance.
  ChangeVerdict verdict = ChangeVerdict::kNone;
  std::optional<Interval> difference = std::nullopt;  ///< 95 %, of b - a, where it was changed.
};

/// A cell with samples whose texts or counts (answers, choices, generated tokens) changed.
struct AnswerDiff {
  size_t cell_a = 0;
  ChangedAnswers changed;
};

/// Something on one side, or that cannot be compared, in words.
struct DiffNote {
  size_t cell_a = 0;
  std::string what;
};

struct Diff {
  std::vector<MetricDiff> metrics;
  std::vector<AnswerDiff> answers;
  std::vector<DiffNote> incomparable;  ///< Cells that were run on another model or other data.
  std::vector<DiffNote> lost_metrics;  ///< Metrics that a has and b has not.
  std::vector<size_t> lost;            ///< Cells of a that are done and in b are not, or not there.
  std::vector<size_t> added;           ///< Cells of b that are done and in a are not.
  std::vector<size_t> compared;        ///< Cells of a that both have done, on the same inputs.
  size_t timed = 0;                    ///< Metrics left out: measured times and memory.

  /// Whether anything of a changed beyond rounding, is lost, or cannot be compared.
  bool is_changed() const;
};

/// Compares cells of the same id, and else of the same parameters (versions of policies and
/// experiments may differ). Numbers are compared sample by sample (numerator and denominator of
/// every metric) and as values, those of an exponential before it; texts and counts of samples must
/// be equal. `tolerance`: relative, see results/identity_tolerance.h; none: that of each cell's
/// dtype. Measures and timed metrics, which differ from run to run, are not compared. Throws
/// InputError when nothing is in both.
Diff diff(const Collection& a, const Collection& b, std::optional<double> tolerance = std::nullopt);

/// For people: what changed, what was lost and added, and how many metrics stayed.
std::string diff_text(const Diff& diff, const Collection& a, const Collection& b);

}  // namespace multistate::aggregate
