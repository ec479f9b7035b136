// Prompts that are cut at their end, that stay whole, and what follows them: scans against loops.

#include <fmt/format.h>

#include "multistate/conformance/naive_scan.h"

#include "support/prompt_only.h"
#include "support/scan_equality.h"
#include "support/token_kinds.h"

namespace multistate::test::prompt_scan_test {

TEST_CASE("a prompt that is cut at its end: all scans == naive loops") {
  auto inputs = NaiveInputs::random(6, 2, 24, 32);
  inputs.prompt = 15;
  for (const std::string& name : policy_registry().names()) {
    if (!policy_registry().find(name)->info.bounded) {
      continue;
    }
    CAPTURE(name);
    for (const char* after : {"evict", "keep"}) {
      if (after == std::string("evict") && decides_prompt_only(*policy_registry().find(name))) {
        continue;
      }
      const auto options =
          fmt::format("{{prompt: one_shot, after_prompt: {}, sinks: 1, recent: 1}}", after);
      const auto setup = set_up_with_kinds(name, 5, options);
      const auto naive = naive_scan(inputs, setup, {}, 0);
      check_equal(run_scan(scan_for(setup), inputs, setup, {}), naive);
      check_equal(run_scan(token_scan(), inputs, setup, {}), naive);
      check_equal(run_scan(scan_for(setup), inputs, setup, {}, setup.needs.future ? 1 : 4), naive);
    }
  }
}

TEST_CASE("a prompt that is cut once holds k rows at its end, and k more each token after it") {
  auto inputs = NaiveInputs::random(6, 2, 30, 41);
  inputs.prompt = 18;
  for (const char* name : {"snapkv", "adakv", "tova", "finch", "cur"}) {
    CAPTURE(name);
    const auto setup = set_up_policy(
        name, 7, "{prompt: one_shot, after_prompt: keep, scope: kv_head, sinks: 1, recent: 2}");
    const auto run = run_scan(scan_for(setup), inputs, setup, {}, 3);
    for (int64_t step = 0; step < 30; ++step) {
      size_t rows = 0;
      for (const LayerState::Set& set : run.sets) {
        rows += set.trace.kept_after(step).size();
      }
      const int64_t expected = step + 1 < 18 ? step + 1 : 7 + step + 1 - 18;
      CHECK(static_cast<int64_t>(rows) == 2 * expected);
    }
  }
}

TEST_CASE("a prompt that is kept stays whole beside the k rows of later tokens") {
  auto inputs = NaiveInputs::random(6, 2, 40, 44);
  inputs.prompt = 12;
  for (const char* name : {"tova", "h2o", "streaming", "lagkv", "adakv", "weightedkv"}) {
    for (const char* options :
         {"{prompt: keep, recent: 0.25}", "{prompt: keep, every: 3, recent: 0}",
          "{prompt: keep, positions: in_cache, sinks: 2, recent: 1}"}) {
      CAPTURE(name, options);
      const auto setup = set_up_policy(name, 8, options);
      const auto naive = naive_scan(inputs, setup, {}, 0);
      check_equal(run_scan(scan_for(setup), inputs, setup, {}, 3), naive);
      const auto run = run_scan(token_scan(), inputs, setup, {});
      check_equal(run, naive);
      size_t rows = 0;
      for (const LayerState::Set& set : run.sets) {
        const auto kept = set.trace.kept_after(39);
        CHECK(kept[11] == 11);
        rows += kept.size() - 12;
      }
      CHECK(rows >= 8 * run.sets.size());
      CHECK(rows <= static_cast<size_t>(setup.capacity()) * run.sets.size());
    }
  }
}

TEST_CASE("a cut by the prompt's newest queries sees all of them, however the prompt comes") {
  auto inputs = NaiveInputs::random(4, 2, 40, 43);
  inputs.prompt = 29;
  inputs.question = 6;
  inputs.logit_cap = 3.0;
  for (const char* name : {"snapkv", "finch"}) {
    for (const int64_t window : {3, 28, 29, 64}) {
      CAPTURE(name, window);
      const auto setup = set_up_policy(
          name, 9,
          fmt::format("{{prompt: one_shot, after_prompt: keep, recent: 1, window: {}}}", window));
      const auto naive = naive_scan(inputs, setup, {}, 0);
      for (const int64_t calls : {1, 2, 7, 40}) {
        check_equal(run_scan(block_scan(), inputs, setup, {}, calls), naive);
        check_equal(run_scan(token_scan(), inputs, setup, {}, calls), naive);
      }
    }
  }
}

}  // namespace multistate::test::prompt_scan_test
