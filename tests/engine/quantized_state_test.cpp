// States whose rows are quantised, on whole runs of a layer.

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "multistate/conformance/differences.h"
#include "multistate/conformance/naive_scan.h"
#include "multistate/conformance/naive_statistics.h"
#include "multistate/conformance/scan_run.h"
#include "multistate/engine/block_scan.h"

#include "support/torch.h"

namespace multistate::test::quantized_state_test {
namespace {

constexpr int64_t kTokens = 150;

/// Where a run and plain loops differ; "" where they do not.
std::string difference(const ScanRun& run, const NaiveResult& naive) {
  const auto rows =
      row_difference({"in the engine", fates_of(run.sets)}, {"in plain loops", fates_of(naive)});
  return rows.empty() ? value_difference(run.attended, naive.attended, kTokens) : rows;
}

/// How far what a query head attends to can be from full attention when every number of a key or
/// value is at most half a step from what it was.
///
/// A logit q k / sqrt(D) changes by at most e = sum_i |q_i| s_i / 2 / sqrt(D), with s_i the step of
/// channel i; so a weight changes by a factor between exp(-2 e) and exp(2 e), and the weighted mean
/// of values by at most (exp(2 e) - 1) times the largest value, and half a step of values.
double bound_of(const NaiveInputs& inputs, int64_t head, int64_t t, int64_t bits) {
  const int64_t kv_head = head / (inputs.heads / inputs.kv_heads);
  const auto steps = std::exp2(static_cast<double>(bits)) - 1.0;
  const double* query = vector_of(inputs, inputs.queries, head, t);
  double logit = 0.0;
  double largest = 0.0;
  double value_step = 0.0;
  for (int64_t i = 0; i < inputs.head_size; ++i) {
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    for (int64_t row = 0; row < inputs.tokens; ++row) {
      const double key = vector_of(inputs, inputs.keys, kv_head, row)[i];
      least = std::min(least, key);
      most = std::max(most, key);
    }
    logit += std::abs(query[i]) * (most - least) / steps / 2;
  }
  logit /= std::sqrt(static_cast<double>(inputs.head_size));
  for (int64_t row = 0; row < inputs.tokens; ++row) {
    const double* value = vector_of(inputs, inputs.values, kv_head, row);
    const auto [least, most] = std::minmax_element(value, value + inputs.head_size);
    value_step = std::max(value_step, (*most - *least) / steps);
    largest = std::max({largest, std::abs(*least), std::abs(*most)});
  }
  return (std::exp(2 * logit) - 1) * largest + value_step / 2;
}

/// The largest difference from full attention as a share of the bound, over heads and tokens.
double share_of_bound(const NaiveInputs& inputs, int64_t bits, int64_t bound_bits) {
  const auto kivi =
      set_up_policy("kivi", kTokens, fmt::format("{{bits: {}, group: 8, residual: 16}}", bits));
  const ScanRun run = run_scan(scan_for(kivi), inputs, kivi, {});
  const ScanRun full = run_scan(causal_scan(), inputs, keep_all_setup(), {});
  double share = 0.0;
  for (int64_t t = 0; t < kTokens; ++t) {
    for (int64_t head = 0; head < inputs.heads; ++head) {
      const double bound = bound_of(inputs, head, t, bound_bits);
      for (int64_t i = 0; i < inputs.head_size; ++i) {
        const auto at = static_cast<size_t>((t * inputs.heads + head) * inputs.head_size + i);
        share = std::max(
            share, std::abs(static_cast<double>(run.attended[at] - full.attended[at])) / bound);
      }
    }
  }
  return share;
}

}  // namespace

TEST_CASE("quantised rows under every kind of policy and option: all scans == plain loops") {
  const char* kOptions[] = {
      "{base: tova, bits: 2, group: 3, residual: 7}",
      "{base: tova, bits: 4, group: 32, residual: 20, scope: kv_head}",
      "{base: h2o, bits: 8, group: 4, residual: 8, recent: 0.5, scope: kv_head}",
      "{base: keydiff, bits: 2, group: 5, residual: 10, every: 3}",
      "{base: expected_attention, bits: 4, group: 5, residual: 10}",
      "{base: random, bits: 2, group: 1, residual: 1}",
      "{base: window, bits: 4, group: 4, residual: 0.9}",
      "{base: window, bits: 2, group: 6, residual: 6, sinks: 2, positions: in_cache}",
      "{base: snapkv, bits: 4, group: 6, residual: 9, prompt: one_shot, recent: 4}",
      "{base: tova, bits: 4, group: 8, residual: 16, prompt: one_shot, positions: log_gap}"};
  auto inputs = NaiveInputs::random(6, 2, kTokens, 21);
  inputs.prompt = 70;
  for (const char* options : kOptions) {
    for (const int64_t k : {20, 60, 200}) {
      const auto setup = set_up_policy("kivi", k, options);
      const auto naive = naive_scan(inputs, setup, {}, 0);
      CAPTURE(options, k);
      CHECK(difference(run_scan(token_scan(), inputs, setup, {}), naive).empty());
      if (&scan_for(setup) == &token_scan()) {
        continue;
      }
      CHECK(difference(run_scan(block_scan(), inputs, setup, {}), naive).empty());
      CHECK(difference(run_scan(BlockScan(7), inputs, setup, {}, 4), naive).empty());
      CHECK(difference(run_scan(BlockScan(1000), inputs, setup, {}), naive).empty());
    }
  }
}

TEST_CASE("8 bits stay within the bound that half a step a number gives, and 2 bits do not") {
  for (const uint64_t seed : {1, 2, 3}) {
    const auto inputs = NaiveInputs::random(4, 2, kTokens, seed);
    CAPTURE(seed);
    const double share = share_of_bound(inputs, 8, 8);
    CHECK(share > 0.0);
    CHECK(share <= 1.0);
    CHECK(share_of_bound(inputs, 4, 4) <= 1.0);
    // What one is told of 8 bits is not so loose that 2 bits would keep to it.
    CHECK(share_of_bound(inputs, 2, 8) > 1.0);
  }
}

TEST_CASE("which rows go is the base's decision: quantising changes none that reads no rows") {
  const auto inputs = NaiveInputs::random(6, 2, kTokens, 22);
  for (const char* base : {"window", "random"}) {
    CAPTURE(base);
    const auto alone = set_up_policy(base, 24);
    const auto kivi =
        set_up_policy("kivi", 24, fmt::format("{{base: {}, bits: 2, residual: 8}}", base));
    CHECK(fates_of(run_scan(scan_for(kivi), inputs, kivi, {}).sets) ==
          fates_of(run_scan(scan_for(alone), inputs, alone, {}).sets));
  }
}

TEST_CASE("a prompt that is cut at its end is read in floating point, as published") {
  auto inputs = NaiveInputs::random(4, 2, kTokens, 23);
  inputs.prompt = 100;
  const auto setup =
      set_up_policy("kivi", 200, "{bits: 2, group: 8, residual: 24, prompt: one_shot}");
  const ScanRun run = run_scan(scan_for(setup), inputs, setup, {});
  const ScanRun full = run_scan(causal_scan(), inputs, keep_all_setup(), {});
  const auto worst = [&](int64_t first, int64_t end) {
    const int64_t width = inputs.heads * inputs.head_size;
    double difference = 0.0;
    for (auto at = static_cast<size_t>(first * width); at < static_cast<size_t>(end * width);
         ++at) {
      difference =
          std::max(difference, std::abs(static_cast<double>(run.attended[at] - full.attended[at])));
    }
    return difference;
  };
  CHECK(worst(0, 100) < 1e-5);
  CHECK(worst(100, kTokens) > 0.05);
  // At its end four lots of 24, and 4 rows that stay; 24 are there after 20 more tokens, and after
  // 24 more; 150 - 144 stay.
  const RowSet& rows = run.sets.front().rows;
  CHECK(rows.groups().size() == 6 * 3);
  CHECK(rows.rows_to_quantize() == 24 - 6);
}

}  // namespace multistate::test::quantized_state_test
