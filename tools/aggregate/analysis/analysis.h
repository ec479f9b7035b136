#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/reading/cell.h"
#include "aggregate/statistics/interval.h"

namespace multistate::aggregate {

/// How much worse than the full model a state may be.
struct Tolerance {
  std::string metric;     ///< Empty: every headline metric.
  double value = 0.0;     ///< In the metric's unit, or as a share of the full model's value.
  bool relative = false;  ///< A share.
};

struct AnalysisOptions {
  uint64_t seed = 0;  ///< Of bootstraps and of permutations that are drawn.
  std::vector<Tolerance> tolerances = {
      {"perplexity", 0.4, false}, {"", 0.01, true}, {"", 0.05, true}};
  std::string topline = "full";       ///< Label of the cell that others are measured against.
  std::string yardstick;              ///< policy.name to measure regret against; empty: none.
  std::vector<std::string> headline;  ///< Metrics that are compared; empty: nll and perplexity
                                      ///< where there are any, else all.
  size_t replicates = 1999;           ///< Of a bootstrap, at most.
  size_t draws = 9999;                ///< Of a permutation test that is not exact, at most.
  size_t max_comparisons = 20000;     ///< In all.
};

/// Metric of cell `a` less that of cell `b`, both indices into Collection::cells, on the samples
/// that both have. What cannot be estimated (samples that do not tell, or too few) is absent.
struct Comparison {
  std::string metric;
  std::optional<int64_t> state_size;  ///< Of a, in rows.
  size_t a = 0;
  size_t b = 0;
  double difference = 0.0;
  std::optional<double> standard_error;
  std::optional<Interval> interval;
  std::optional<double> p;       ///< Paired sign-flip test.
  std::optional<double> p_holm;  ///< Adjusted for all comparisons of this metric in the group.
  std::optional<double> effect;  ///< Cohen's d_z.
  size_t n = 0;                  ///< Common samples; 0 without a test.
};

/// The policy with the best metric at a state size; of several seeds their mean counts.
struct Best {
  std::optional<int64_t> state_size;
  std::string metric;
  size_t cell = 0;  ///< Of several seeds the first.
  size_t seeds = 1;
  double value = 0.0;
  std::optional<Comparison> versus_full;  ///< Of `cell`.
};

/// smallest_state() of statistics/smallest_state.h for a policy.
struct SmallestState {
  std::string metric;
  std::string label;
  Tolerance tolerance;
  std::optional<double> state_size;  ///< None: more than the largest that was measured.
  bool at_most = false;              ///< The smallest measured size is within: it may be smaller.
  bool has_interval = false;         ///< From here on.
  std::optional<double> low;         ///< None: beyond the largest measured size, as is high.
  std::optional<double> high;
  double reached = 0.0;  ///< Share of replicates in which a measured size is within.
};

/// How far several orders of the same policies agree: ranks, 1 the best.
struct RankAgreement {
  std::string metric;
  std::optional<int64_t> state_size;  ///< Of orders by seed.
  std::vector<std::string> labels;
  std::vector<nlohmann::json> orders;      ///< What each is of: seeds, or state sizes.
  std::vector<std::vector<double>> ranks;  ///< By order, by label.
  std::optional<double> w;                 ///< Kendall's W.
  std::optional<double> tau_b;             ///< Mean of Kendall's tau-b.
};

/// How often a policy is the best at a state size when samples are drawn again (bootstrap).
struct FirstPlace {
  std::string metric;
  std::optional<int64_t> state_size;
  std::string label;
  double share = 0.0;
};

/// Cells that can be compared: the same model, experiment and data, and everything but policy, its
/// options, state size and seed.
struct Group {
  nlohmann::json key;         ///< Parameters that all of them have.
  std::vector<size_t> cells;  ///< Done ones.
  std::optional<size_t> topline;
  std::vector<Best> best;
  std::vector<Comparison> comparisons;
  std::vector<Comparison> regret;  ///< Against the yardstick's cell of the same state size.
  std::vector<SmallestState> smallest_states;
  std::vector<RankAgreement> over_seeds;
  std::vector<RankAgreement> over_sizes;
  std::vector<FirstPlace> first_places;
  std::vector<size_t> pareto_speed;   ///< First headline metric against tokens_per_s.
  std::vector<size_t> pareto_memory;  ///< And against state_bytes.
};

struct MetricInfo {
  std::string name;
  std::string unit;
  bool higher_is_better = false;
  bool headline = false;
};

struct Analysis {
  std::vector<std::string> warnings;
  std::vector<std::string> parameters;  ///< policy.name, state_size, and others that vary.
  std::vector<MetricInfo> metrics;
  std::vector<std::map<std::string, Interval>> intervals;  ///< By cell, by metric.
  std::vector<Group> groups;
  std::string interval_method;  ///< For whoever reads the report.
};

/// Compares the cells that are done. What is left out is said in the warnings. Time is bounded:
///
/// * Pairs of a (group, metric, state size) are all compared, and each with the full model, as long
///   as these are `max_comparisons` in all; else pairs with the best policy of the size and with
///   the full model; else with the full model only.
/// * Replicates and draws become fewer with many cells or samples, and bootstrap intervals become t
///   intervals where even few replicates would be too much.
Analysis analyze(const Collection& collection, const AnalysisOptions& options);

/// report.json, "multistate.report" version 1. Numbers that JSON does not have are text
/// (number_to_json). Of many cells the samples of headline metrics only, or none; that is said in
/// its "warnings".
nlohmann::json to_json(const Analysis& analysis, const Collection& collection);

}  // namespace multistate::aggregate
