#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "multistate/results/paired_test.h"

namespace multistate {

/// A competitor for the best at a cache size: a policy, or a control that decides without looking
/// at the tokens. Baselines, policies that see the future, and those that hold more memory than the
/// others do not compete; the caller leaves them out.
struct Candidate {
  std::string label;
  double value = 0.0;
  bool is_control = false;
};

/// The leader against another candidate.
struct Duel {
  size_t other = 0;  ///< Index of the candidate.
  PairedTest test;
  std::optional<double> p_adjusted;  ///< For all duels of the leader (hochberg()).
};

/// What a comparison at one cache size can show.
struct Verdict {
  enum class Kind {
    kBest,       ///< The leader is better than every other candidate.
    kTied,       ///< The leader and others cannot be told apart by these samples.
    kCannotTell  ///< No statement is possible; the sentence has the reason.
  };
  Kind kind = Kind::kCannotTell;
  std::optional<size_t> leader;     ///< The policy with the best value, whatever the verdict.
  std::optional<size_t> runner_up;  ///< The candidate with the next best value.
  std::vector<size_t> tied;         ///< Of kTied: the leader, then those tied with it.
  std::vector<Duel> duels;          ///< Of the leader with every other candidate, in their order.
  std::string sentence;             ///< For people, with the reason; no full stop.
};

/// "best", "tied", "cannot tell".
const char* name_of(Verdict::Kind kind);

/// Paired differences of the metric by unit of resampling, candidate a less candidate b; nullopt
/// when they have fewer than two common samples or differences that are not finite.
using PairedDifferences = std::function<std::optional<std::vector<double>>(size_t a, size_t b)>;

struct VerdictOptions {
  std::optional<bool> higher_is_better = false;  ///< None: a metric without a direction.
  std::string unit = "sample";                   ///< What is resampled: "sample", "haystack".
  PairedTestOptions tests;
};

/// The one place that decides which policy may be called the best.
///
/// The leader, the policy with the best mean, is tested against every other candidate
/// (paired_test()), adjusted over these tests by hochberg(): it is the best when all of them
/// reject. That bounds the chance of any false claim by kSignificant without counting the choice of
/// the leader: a false claim needs a rejection in the wrong direction against a candidate that is
/// as good, at most kSignificant / 2 for each of two policies that share the first place
/// (intersection-union test: Berger, Technometrics 24(4), 1982). Otherwise those that are not told
/// from the leader are tied with it, or nothing can be said: the metric has no direction, there is
/// nothing to compare with, samples are too few for the test to reject whatever they say, or a
/// control is at least as good.
Verdict judge(std::span<const Candidate> candidates, const PairedDifferences& differences,
              const VerdictOptions& options);

/// "12 samples", "1 haystack", "8 documents": a count of units.
std::string count_of(size_t n, const std::string& unit);

}  // namespace multistate
