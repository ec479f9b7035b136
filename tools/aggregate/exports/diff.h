#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "multistate/aggregate/cell.h"
#include "multistate/aggregate/interval.h"

#include "aggregate/exports/changed_answers.h"

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
  std::string cell = {};
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

/// Something besides numbers, in the order in which a text has it.
struct DiffNote {
  enum class Kind {
    kAnswers,       ///< Texts or counts of samples (answers, choices, generated tokens) changed.
    kIncomparable,  ///< A cell was run on another model or other data.
    kLostMetric,    ///< A metric that a has and b has not.
    kLost,          ///< A cell of a that is done and in b is not, or not there.
    kNew,           ///< A cell of b that is done and in a is not.
  };
  Kind kind = Kind::kNew;
  std::string text;  ///< The cell, and what of it.
};

struct Diff {
  std::vector<MetricDiff> metrics;
  std::vector<DiffNote> notes;  ///< In the order of kinds.
  size_t compared = 0;          ///< Cells that both have done, on the same inputs.
  size_t timed = 0;             ///< Metrics left out: measured times and memory.

  size_t count(DiffNote::Kind kind) const;

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
std::string diff_text(const Diff& diff);

}  // namespace multistate::aggregate
