// What the mathematics of policies says of how they relate, on whole runs of a layer.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "multistate/conformance/cases.h"
#include "multistate/conformance/naive_statistics.h"
#include "multistate/conformance/scan_run.h"

#include "support/prompt_only.h"
#include "support/token_kinds.h"
#include "support/torch.h"

namespace multistate::test::catalogue_test {
namespace {

std::vector<std::vector<int64_t>> fates(const NaiveInputs& inputs, const PolicySetup& setup) {
  std::vector<std::vector<int64_t>> all;
  for (const LayerState::Set& set : run_scan(scan_for(setup), inputs, setup, {}).sets) {
    all.push_back(set.trace.evicted_at());
  }
  return all;
}

void check_equal(const char* one, const char* options, const char* other,
                 const char* other_options) {
  for (const uint64_t seed : {1, 2, 3}) {
    const auto inputs = NaiveInputs::random(6, 2, 60, seed);
    for (const int64_t k : {4, 9, 30}) {
      CAPTURE(one, other, seed, k);
      CHECK(fates(inputs, set_up_policy(one, k, options)) ==
            fates(inputs, set_up_policy(other, k, other_options)));
    }
  }
}

/// The row that goes first of all, from the state of k + 1 rows at step k; -1 when several go.
int64_t first_evicted(const NaiveInputs& inputs, const PolicySetup& setup) {
  const auto fate = fates(inputs, setup).front();
  int64_t row = -1;
  for (size_t position = 0; position < fate.size(); ++position) {
    if (fate[position] == setup.state_size) {
      if (row >= 0) {
        return -1;
      }
      row = static_cast<int64_t>(position);
    }
  }
  return row;
}

}  // namespace

TEST_CASE("a2sf forgets everything like tova by head, and nothing like h2o") {
  check_equal("a2sf", "{decay: 0, recent: 0}", "tova", "{scope: kv_head}");
  check_equal("a2sf", "{decay: 1, recent: 0.5}", "h2o", "{}");
}

TEST_CASE("adakv whose heads keep all of their share is its base") {
  check_equal("adakv", "{base: tova, safeguard: 1, recent: 0}", "tova", "{scope: kv_head}");
  check_equal("adakv", "{base: h2o, safeguard: 1, recent: 0.5}", "h2o", "{}");
}

TEST_CASE("pyramidkv with level budgets is its base") {
  check_equal("pyramidkv", "{base: tova, recent: 0}", "tova", "{scope: kv_head}");
}

TEST_CASE("snapkv over one query and without neighbours is tova by head; so is morphkv") {
  check_equal("snapkv", "{window: 1, kernel: 1, recent: 0}", "tova", "{scope: kv_head}");
  check_equal("morphkv", "{window: 1, recent: 0}", "tova", "{scope: kv_head}");
}

TEST_CASE("heads that share a budget keep as many rows as if each had its own") {
  const auto inputs = NaiveInputs::random(6, 3, 60, 4);
  const auto setup = set_up_policy("adakv", 8, "{base: tova, safeguard: 0.25, recent: 0}");
  const auto run = run_scan(scan_for(setup), inputs, setup, {});
  std::vector<int64_t> sizes;
  for (const LayerState::Set& set : run.sets) {
    sizes.push_back(set.rows.rows());
    CHECK(set.rows.rows() >= 2);
  }
  CHECK(sizes[0] + sizes[1] + sizes[2] == 3 * 8);
  CHECK(*std::max_element(sizes.begin(), sizes.end()) > 8);
}

TEST_CASE("lagkv keeps the best rows of every chunk, as many of each as k allows") {
  // 1 sink and 16 chunks of 3; the last chunk has no reference, and 2 rows are behind it.
  constexpr int64_t kTokens = 51;
  constexpr int64_t kLag = 3;
  auto inputs = NaiveInputs::random(4, 2, kTokens, 8);
  inputs.prompt = kTokens;
  const int64_t size = inputs.head_size;
  for (const int64_t k : {12, 20, 33}) {
    for (const char* prompt : {"stepwise", "one_shot"}) {
      const auto setup =
          set_up_policy("lagkv", k, std::string("{sinks: 1, lag: 3, prompt: ") + prompt + "}");
      const auto run = run_scan(scan_for(setup), inputs, setup, {});
      for (int64_t head = 0; head < 2; ++head) {
        // Softmax over a chunk of the deviation over channels, scaled by the chunk that follows.
        const auto add = [&](const std::vector<double>& data, int64_t first,
                             std::vector<double>& importance) {
          std::vector<double> exponentials;
          for (int64_t row = first; row < first + kLag; ++row) {
            std::vector<double> scaled;
            for (int64_t i = 0; i < size; ++i) {
              double low = std::numeric_limits<double>::infinity();
              double high = -low;
              for (int64_t other = first + kLag; other < first + 2 * kLag; ++other) {
                low = std::min(low, vector_of(inputs, data, head, other)[i]);
                high = std::max(high, vector_of(inputs, data, head, other)[i]);
              }
              scaled.push_back((vector_of(inputs, data, head, row)[i] - low) / (high - low));
            }
            double mean = 0.0;
            double squares = 0.0;
            for (const double x : scaled) {
              mean += x / static_cast<double>(size);
            }
            for (const double x : scaled) {
              squares += (x - mean) * (x - mean);
            }
            exponentials.push_back(std::exp(std::sqrt(squares / static_cast<double>(size - 1))));
          }
          const double total = exponentials[0] + exponentials[1] + exponentials[2];
          for (size_t i = 0; i < 3; ++i) {
            importance[i] += exponentials[i] / total;
          }
        };
        // (rank from the worst, position) of rows in chunks that have a reference.
        std::vector<std::pair<int64_t, int64_t>> order;
        for (int64_t first = 1; first + 2 * kLag <= kTokens; first += kLag) {
          std::vector<double> importance(3, 0.0);
          add(inputs.keys, first, importance);
          add(inputs.values, first, importance);
          for (size_t row = 0; row < 3; ++row) {
            const auto better = std::count_if(importance.begin(), importance.end(),
                                              [&](double x) { return x > importance[row]; });
            order.emplace_back(-better, first + static_cast<int64_t>(row));
          }
        }
        std::sort(order.begin(), order.end());
        std::vector<int64_t> gone;
        for (size_t i = 0; i < static_cast<size_t>(kTokens - k); ++i) {
          gone.push_back(order[i].second);
        }
        const auto kept = run.sets[static_cast<size_t>(head)].trace.kept_after(kTokens - 1);
        std::vector<int64_t> expected;
        for (int64_t position = 0; position < kTokens; ++position) {
          if (std::find(gone.begin(), gone.end(), position) == gone.end()) {
            expected.push_back(position);
          }
        }
        CAPTURE(k, prompt, head);
        CHECK(kept == expected);
      }
    }
  }
}

TEST_CASE("no policy's first eviction loses less future attention than the oracle's") {
  constexpr int64_t kRows = 5;
  std::map<std::string, PolicySetup> setups;
  for (const std::string& name : policy_registry().names()) {
    const PolicyEntry& entry = *policy_registry().find(name);
    if (entry.info.bounded && !decides_prompt_only(entry)) {
      setups.emplace(
          name, set_up_with_kinds(name, kRows, "{scope: kv_head, sinks: 0, recent: 0, every: 1}"));
    }
  }
  // The plain sum over the future.
  setups.at("oracle") = set_up_policy("oracle", kRows, "{scope: kv_head, gamma: 1}");
  std::map<std::string, uint64_t> compared;
  constexpr uint64_t kSeeds = 200;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    // One set of rows, so that policies which share rows out among sets give up one, too.
    const auto inputs = NaiveInputs::random(4, 1, 8, seed);
    const auto future = future_attention(inputs, {0, 4, 0, 1}, 1.0)[kRows];
    const auto lost = [&](int64_t row) { return future[static_cast<size_t>(row)]; };
    const double least = lost(first_evicted(inputs, setups.at("oracle")));
    for (const auto& [name, setup] : setups) {
      const int64_t row = first_evicted(inputs, setup);
      if (row >= 0) {
        CAPTURE(name, seed);
        CHECK(lost(row) >= least - 1e-6);
        ++compared[name];
      }
    }
  }
  for (const auto& [name, setup] : setups) {
    CAPTURE(name);
    // Those that name rows may evict several at once, which is no single eviction.
    CHECK((setup.faces.evicting != nullptr || compared[name] == kSeeds));
  }
}

TEST_CASE("a prompt that is cut once is seen whole, and leaves k rows") {
  auto inputs = NaiveInputs::random(6, 2, 40, 5);
  inputs.prompt = 25;
  for (const std::string& name : policy_registry().names()) {
    if (!policy_registry().find(name)->info.bounded) {
      continue;
    }
    CAPTURE(name);
    const auto setup =
        set_up_with_kinds(name, 8, "{prompt: one_shot, sinks: 1, recent: 2, every: 1}");
    int64_t rows = 0;
    const auto run = run_scan(scan_for(setup), inputs, setup, {});
    for (const LayerState::Set& set : run.sets) {
      CHECK(set.peak_rows >= 24);
      const auto& fate = set.trace.evicted_at();
      CHECK(std::none_of(fate.begin(), fate.end(),
                         [](int64_t step) { return step != RowTrace::kAlive && step < 24; }));
      rows += static_cast<int64_t>(set.trace.kept_after(24).size());
    }
    CHECK(rows <= 8 * static_cast<int64_t>(run.sets.size()));
    if (!setup.keeps_after_prompt()) {
      CHECK(run.sets.front().rows.rows() <= 8 * static_cast<int64_t>(run.sets.size()));
    }
  }
}

TEST_CASE("one-shot tova keeps what the prompt's last token attends to most") {
  auto inputs = NaiveInputs::random(2, 1, 12, 6);
  inputs.prompt = 12;
  const auto setup = set_up_policy("tova", 4, "{prompt: one_shot}");
  const auto kept = run_scan(scan_for(setup), inputs, setup, {}).sets.front().trace.kept_after(11);
  // The weights of the last token under full attention, from logits by hand.
  std::vector<std::pair<double, int64_t>> order;
  for (int64_t row = 0; row < 12; ++row) {
    double weight = 0.0;
    for (int64_t head = 0; head < 2; ++head) {
      double own = 0.0;
      double total = 0.0;
      for (int64_t other = 0; other < 12; ++other) {
        double logit = 0.0;
        for (int64_t i = 0; i < inputs.head_size; ++i) {
          logit += vector_of(inputs, inputs.queries, head, 11)[i] *
                   vector_of(inputs, inputs.keys, 0, other)[i];
        }
        const double exponential =
            std::exp(logit / std::sqrt(static_cast<double>(inputs.head_size)));
        total += exponential;
        own = other == row ? exponential : own;
      }
      weight += own / total;
    }
    order.emplace_back(-weight, row);
  }
  std::sort(order.begin(), order.end());
  std::vector<int64_t> expected;
  for (size_t i = 0; i < 4; ++i) {
    expected.push_back(order[i].second);
  }
  std::sort(expected.begin(), expected.end());
  CHECK(kept == expected);
}

}  // namespace multistate::test::catalogue_test
