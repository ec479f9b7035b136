#include <algorithm>
#include <cmath>

#include "multistate/base/mapped_file.h"
#include "multistate/engine/logits.h"
#include "multistate/engine/threads.h"
#include "multistate/experiment/recurrence.h"

#include "support/input_error.h"
#include "support/real_data.h"
#include "support/spread_cases.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"
#include "tiny_workload.h"

namespace multistate::test::equivalence_test {
namespace {

StateSize size(std::vector<int64_t> rows, int64_t bytes, bool is_full) {
  return {.rows = std::move(rows), .bytes = bytes, .is_full = is_full};
}

/// No token comes twice: two rows of one token may score alike up to rounding, and either go first.
std::string text_without_repetition() {
  std::string text;
  for (char c = '!'; c <= '~'; ++c) {
    text += c;
  }
  return text;
}

}  // namespace

TEST_CASE("every policy, run as a recurrence, gives the logits of the parallel run") {
  constexpr int64_t kTokens = 40;
  const TinyWorkload tiny("equivalence", "context_length: 40", text_without_repetition());
  const auto ids = std::span(tiny.ids()).first(kTokens);
  int64_t run = 0;
  for (const PolicyCase& policy : spread_policy_cases(11)) {
    if (policy.setup.needs.future || policy.setup.common.sinks > 0) {
      continue;  // With protected rows: multistate check-policy.
    }
    CAPTURE(policy.name);
    const auto values = tiny.run(policy.setup).values;
    CHECK(values.at("agreeing_steps") == kTokens);
    CHECK(values.at("logit_difference").get<double>() < 1e-4);
    CHECK(values.at("logit_difference") == values.at("agreeing_difference"));
    // Another way to see the same: losses by the one way and the other.
    const auto expected = Evaluator(tiny.model(), policy.setup).evaluate(ids, {}).losses;
    PhaseSeconds seconds;
    std::vector<StateSize> sizes;
    const ModelInput input = {.ids = ids, .length = {.tokens = kTokens}, .seed = {}};
    const auto recurrent = run_recurrent(tiny.model(), policy.setup, input, seconds, sizes);
    const auto losses =
        predict(tiny.model(), recurrent.hidden.narrow(0, 0, kTokens - 1), ids.subspan(1)).losses;
    for (size_t i = 0; i < losses.size(); ++i) {
      REQUIRE(std::abs(losses[i] - expected[i]) < 1e-4);
    }
    ++run;
  }
  CHECK(run > 20);
}

TEST_CASE("the state has t rows after t tokens, or k of them") {
  const TinyWorkload tiny("equivalence", "context_length: 30", tiny_text(100));
  // Two layers of two key/value heads of 8: keys and values in float32, and the position.
  const int64_t row = 2 * (2 * 2 * 8 * 4 + 8);
  for (const char* policy : {"full", "tova", "window"}) {
    CAPTURE(policy);
    const auto setup = set_up_policy(policy, 7);
    const int64_t most = setup.bounded() ? 7 : 30;
    const auto values = tiny.run(setup).values;
    for (int64_t step = 0; step < 30; ++step) {
      const int64_t rows = std::min(step + 1, most);
      CHECK(values.at("rows_by_step")[static_cast<size_t>(step)] == static_cast<double>(rows));
      CHECK(values.at("bytes_by_step")[static_cast<size_t>(step)] ==
            static_cast<double>(rows * row));
    }
    CHECK(values.at("state_rows") == static_cast<double>(most));
    const auto metrics = tiny.summary(setup).metrics;
    CHECK(metrics.at("state_bytes").value == static_cast<double>(most * row));
    CHECK(metrics.count("row_fluctuation") == (setup.bounded() ? 1 : 0));
    if (setup.bounded()) {
      CHECK(metrics.at("row_fluctuation").value == 0.0);
      CHECK(metrics.at("byte_fluctuation").value == 0.0);
    }
  }
  // Evicting at every third step: from 7 to 9 rows, the policy's and those that wait.
  const auto floating = tiny.summary(set_up_policy("tova", 7, "{every: 3}")).metrics;
  CHECK(floating.at("row_fluctuation").value == 2.0);
  CHECK(floating.at("byte_fluctuation").value == static_cast<double>(2 * row));
}

TEST_CASE("series of an equivalence have the largest of a stretch of steps") {
  const TinyWorkload tiny("equivalence", "context_length: 30\nstretch: 8", tiny_text(100));
  const auto series = tiny.summary(set_up_policy("tova", 20)).series.at("state_rows_by_step");
  REQUIRE(series.size() == 4);
  CHECK(series[0].at("value") == 8.0);
  CHECK(series[1].at("value") == 16.0);
  CHECK(series[2].at("value") == 20.0);
  CHECK(series[3].at("first_place") == 24);
  CHECK(series[3].at("axis") == "step");
}

TEST_CASE("runs that keep other rows differ from the first step at which they do") {
  const TinyWorkload tiny("equivalence", "context_length: 40", tiny_text(100));
  const auto ids = std::span(tiny.ids()).first(40);
  const auto state_of = [&](const PolicySetup& setup) {
    PhaseSeconds seconds;
    return run_parallel(tiny.model(), setup, {.ids = ids, .length = {.tokens = 40}, .seed = {}},
                        seconds)
        .state;
  };
  const auto window = set_up_policy("window", 9);
  const auto sinks = set_up_policy("window", 9, "{sinks: 2}");
  const auto left = state_of(window);
  // Row 0 goes first from the one, row 2 from the other, both after step 9.
  CHECK(first_different_step(left, state_of(sinks)) == 9);
  CHECK(first_different_step(state_of(sinks), left) == 9);
  CHECK(first_different_step(left, state_of(window)) == 40);
  // Nothing goes from the full model, ever.
  CHECK(first_different_step(left, state_of(set_up_policy("full", 0))) == 9);
}

TEST_CASE("a state fluctuates from the first step on that leaves it full") {
  const std::vector<StateSize> sizes = {size({1, 2}, 30, false), size({9, 2}, 99, false),
                                        size({5, 6}, 70, true), size({5, 8}, 75, true),
                                        size({4, 8}, 71, true)};
  const auto fluctuation = fluctuation_of(sizes);
  REQUIRE(fluctuation);
  CHECK(fluctuation->rows == 2);
  CHECK(fluctuation->bytes == 5);
  CHECK(!fluctuation_of(std::span(sizes).first(2)));
}

TEST_CASE("a policy that sees the future is no recurrence") {
  const TinyWorkload tiny("equivalence", "context_length: 30", tiny_text(100));
  CHECK(input_error([&] { tiny.run(set_up_policy("oracle", 7)); }) ==
        "policy oracle sees the future of a sample, which a recurrence does not have while it "
        "runs");
}

// In double precision, but for the weights of attention: in single precision sums of 576 and 1,536
// products, in one order for one token and in another for many, make up to 2e-4 of logits that go
// up to 20.
TEST_CASE("on the real model the recurrence gives the logits of the parallel run", "[slow]") {
  constexpr int64_t kTokens = 128;  // A token reads a gigabyte of weights.
  set_intra_op_threads(1);
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const auto model = Transformer::load(*file, at::kDouble);
  auto ids =
      Tokenizer::make(file->tokenizer())->encode(read_file(real_file("austen/persuasion.txt")));
  ids.resize(kTokens);
  for (const char* policy : {"full", "tova"}) {
    const auto setup = set_up_policy(policy, 32);
    const ModelInput input = {.ids = ids, .length = {.tokens = kTokens}, .seed = {}};
    PhaseSeconds seconds;
    std::vector<StateSize> sizes;
    const auto recurrent = run_recurrent(*model, setup, input, seconds, sizes);
    const auto parallel = run_parallel(*model, setup, input, seconds);
    // Where two rows have the same score up to rounding, either may go; what follows differs.
    const int64_t agreeing = first_different_step(recurrent.state, parallel.state);
    const auto differences = largest_logit_differences(*model, recurrent.hidden, parallel.hidden);
    const auto agreed = std::min(agreeing + 1, kTokens);
    const double most = *std::max_element(differences.begin(), differences.begin() + agreed);
    INFO(policy << ": " << agreeing << " steps agree, up to " << most);
    CHECK(agreeing >= kTokens / 2);
    CHECK(most < 1e-4);
  }
}

}  // namespace multistate::test::equivalence_test
