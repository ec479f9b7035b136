#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/aggregate/interval.h"
#include "multistate/results/verdict.h"

namespace multistate::aggregate {

/// How much worse than with the full cache a metric may be.
struct Tolerance {
  std::string metric;     ///< Empty: every headline metric.
  double value = 0.0;     ///< In the metric's unit, or as a share of the full cache's value.
  bool relative = false;  ///< A share.
};

struct AnalysisOptions {
  uint64_t seed = 0;  ///< Of bootstraps and of permutations that are drawn.
  std::vector<Tolerance> tolerances = {
      {"perplexity", 0.4, false}, {"", 0.01, true}, {"", 0.05, true}};
  std::string baseline = "full";      ///< Label of the cell that others are measured against.
  std::vector<std::string> headline;  ///< Metrics that are compared; empty: nll and perplexity
                                      ///< where there are any, else all.
  size_t replicates = 1999;           ///< Of a bootstrap, at most.
  size_t draws = 9999;                ///< Of a permutation test that is not exact, at most.
  std::string reference;              ///< Label that all others are compared with besides; empty:
                                      ///< none.
};

/// What a comparison is asked for. Tests of one question, metric and state size are a family: they
/// are adjusted for each other (Holm; against the leader Hochberg), and for no others.
enum class Question {
  kFull,      ///< What does a policy cost against the full cache (AnalysisOptions::baseline)?
  kBest,      ///< Is it worse than the leader at its cache size?
  kControl,   ///< Is its score worth more than a random choice under the same protection?
  kReference  ///< Does it differ from AnalysisOptions::reference?
};

/// Metric of cell `a` less that of cell `b`, both indices into Collection::cells, on the samples
/// that both have; of several seeds the first cells stand for all. What cannot be estimated
/// (samples that do not tell, or too few) is absent.
struct Comparison {
  Question question = Question::kFull;
  std::string metric;
  std::optional<int64_t> state_size;  ///< Of a, in rows.
  size_t a = 0;
  size_t b = 0;
  double difference = 0.0;
  std::optional<double> standard_error;
  std::optional<Interval> interval;
  PairedMethod method = PairedMethod::kNone;
  std::optional<double> p;
  std::optional<double> p_adjusted;  ///< Adjusted within the family.
  std::optional<double> effect;      ///< Cohen's d_z.
  size_t n = 0;                      ///< Common units; 0 without samples that tell.
  size_t samples = 0;                ///< Common samples: more than units where these are clustered.
};

/// The verdict on a metric at a cache size (judge() of results/verdict.h).
struct Finding {
  std::optional<int64_t> state_size;
  std::string metric;
  size_t policies = 0;  ///< That have the metric, ranked or not.
  Verdict::Kind kind = Verdict::Kind::kCannotTell;
  std::string sentence;
  std::optional<size_t> cell;  ///< The policy with the best value, best or not; of several seeds
                               ///< the first.
  double value = 0.0;          ///< Of several seeds their mean.
  std::vector<size_t> tied;    ///< First cells of those tied, the leader first.
  std::optional<Comparison> versus_runner_up;
  std::optional<Comparison> versus_full;
  std::vector<std::string> not_ranked;   ///< "expected_attention: holds 4.2 MiB at its peak, ...".
  std::vector<size_t> not_ranked_cells;  ///< Their first cells, in the same order.
};

/// The smallest cache of a policy that stays within a tolerance of the full one.
struct SmallestState {
  std::string metric;
  std::string label;
  Tolerance tolerance;
  std::optional<double> state_size;  ///< None: more than the largest that was measured.
  bool at_most = false;              ///< The smallest measured size is within: it may be smaller.
  bool has_interval = false;         ///< From here on.
  std::optional<double> low;         ///< None: beyond the largest measured size, as is high.
  std::optional<double> high;
};

/// Cells that can be compared: the same model, experiment and data, and everything but policy, its
/// options, state size and seed.
struct Group {
  nlohmann::json key;         ///< Parameters that all of them have.
  std::vector<size_t> cells;  ///< Done ones.
  std::optional<size_t> baseline;
  std::vector<Finding> findings;
  std::vector<Comparison> comparisons;
  std::vector<std::string> notes;  ///< Which comparisons there are not, and why.
  std::vector<SmallestState> smallest_states;
  std::vector<size_t> pareto_speed;   ///< First headline metric against tokens_per_s.
  std::vector<size_t> pareto_memory;  ///< And against state_bytes.
};

struct MetricInfo {
  std::string name;
  std::string unit;
  std::optional<bool> higher_is_better = false;  ///< None: without a direction.
  bool headline = false;
};

}  // namespace multistate::aggregate
