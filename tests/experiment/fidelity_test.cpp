// Comparison with the full cache, in language_modeling and long_perplexity, on a tiny model.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <thread>
#include <vector>

#include <ATen/ops/log_softmax.h>

#include "multistate/engine/shared_prefix.h"
#include "multistate/experiment/fidelity_metrics.h"
#include "multistate/experiment/key_tokens.h"

#include "support/input_error.h"
#include "support/tiny_sweep.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"
#include "tiny_workload.h"

namespace multistate::test::fidelity_test {
namespace {

/// Log-probabilities [T][V] that a policy gives the tokens after each, in double precision from all
/// logits at once.
class AllLogits {
 public:
  AllLogits(const Transformer& model, const PolicySetup& setup, std::span<const int64_t> ids,
            uint64_t sample) {
    const Evaluator evaluator(model, setup);
    auto state = evaluator.start({.sample = sample}, {.tokens = static_cast<int64_t>(ids.size())});
    PhaseSeconds seconds;
    const auto hidden = evaluator.advance(ids, state, seconds);
    log_probabilities = all_logits(model, hidden).to(at::kDouble).log_softmax(-1).contiguous();
  }

  const double* row(int64_t token) const {
    return log_probabilities.data_ptr<double>() + token * log_probabilities.size(1);
  }

  int64_t top(int64_t token) const {
    return std::max_element(row(token), row(token) + log_probabilities.size(1)) - row(token);
  }

  at::Tensor log_probabilities;
};

double naive_kl(const AllLogits& full, const AllLogits& policy, int64_t token) {
  double sum = 0.0;
  for (int64_t id = 0; id < full.log_probabilities.size(1); ++id) {
    const double p = full.row(token)[id];
    sum += std::exp(p) * (p - policy.row(token)[id]);
  }
  return sum;
}

const std::string kOptions = "context_length: 40\nfidelity: true\nkept_attention: true";

}  // namespace

TEST_CASE("percentiles are those of numpy's default") {
  // numpy.percentile([4, 1, 3, 2], [1, 50, 90, 99]) = 1.03, 2.5, 3.7, 3.97
  const std::vector<double> numbers = {4.0, 1.0, 3.0, 2.0};
  CHECK(percentile(numbers, 1.0) == approx(1.03));
  CHECK(percentile(numbers, 50.0) == approx(2.5));
  CHECK(percentile(numbers, 90.0) == approx(3.7));
  CHECK(percentile(numbers, 99.0) == approx(3.97));
  CHECK(percentile(numbers, 100.0) == 4.0);
  CHECK(percentile({7.0}, 99.0) == 7.0);
  CHECK(std::isnan(percentile({1.0, std::nan(""), 2.0}, 50.0)));
}

TEST_CASE("predictions of every policy are compared with the full cache's, token by token") {
  const TinyWorkload tiny("language_modeling", kOptions, tiny_text(400));
  const TinyWorkload plain("language_modeling", "context_length: 40", tiny_text(400));
  const auto ids = std::span(tiny.ids()).subspan(40, 40);  // The second chunk.
  const AllLogits full(tiny.model(), set_up_policy("full", 0), ids, 1);
  for (const char* policy : {"window", "tova", "random", "short_context"}) {
    CAPTURE(policy);
    const auto setup = set_up_policy(policy, 5);
    const AllLogits all(tiny.model(), setup, ids, 1);
    std::vector<double> kls;
    std::vector<double> changes;
    double kl_sum = 0.0;
    double change_sum = 0.0;
    int64_t same_top = 0;
    for (int64_t token = 0; token < 39; ++token) {
      kls.push_back(naive_kl(full, all, token));
      const auto next = ids[static_cast<size_t>(token) + 1];
      changes.push_back(std::exp(all.row(token)[next]) - std::exp(full.row(token)[next]));
      same_top += all.top(token) == full.top(token) ? 1 : 0;
      kl_sum += kls.back();
      change_sum += changes.back();
    }
    REQUIRE(kl_sum > 0.5);
    REQUIRE(same_top < 39);
    const auto values = tiny.run(setup, 1).values;
    CHECK(values.at("compared_tokens") == 39);
    CHECK(std::abs(values.at("kl_sum").get<double>() - kl_sum) < 1e-5);
    CHECK(std::abs(values.at("probability_change_sum").get<double>() - change_sum) < 1e-5);
    CHECK(values.at("same_top_sum") == same_top);
    CHECK(std::abs(values.at("kl_p90").get<double>() - percentile(kls, 90.0)) < 1e-5);
    CHECK(std::abs(values.at("probability_change_p10").get<double>() - percentile(changes, 10.0)) <
          1e-5);
    // Places 2 and 3, predicted by tokens 1 and 2.
    CHECK(std::abs(values.at("kl_by_place")[1][0].get<double>() - kls[1] - kls[2]) < 1e-6);
    CHECK(values.at("kl_by_place")[1][1] == 2);
    CHECK(values.at("kept_attention") < 0.99);
    CHECK(values.at("kept_attention_by_layer").size() == 2);
    CHECK(values.at("nll_sum") == plain.run(setup, 1).values.at("nll_sum"));
    CHECK(!plain.run(setup, 1).values.contains("kl_sum"));
  }
}

TEST_CASE("policies that measure layers lose the same with a comparison as without") {
  const std::string prompt = "\nprompt_share: 0.5";  // At its end they measure, and evict.
  const TinyWorkload tiny("language_modeling", kOptions + prompt, tiny_text(400));
  const TinyWorkload plain("language_modeling", "context_length: 40" + prompt, tiny_text(400));
  for (const char* policy : {"simlayerkv", "squeeze_attention"}) {
    CAPTURE(policy);
    const auto setup = set_up_policy(policy, 9);
    const auto values = tiny.run(setup, 1).values;
    CHECK(values.at("nll_sum") == plain.run(setup, 1).values.at("nll_sum"));
    CHECK(values.at("kl_sum") > 0.1);
  }
}

TEST_CASE("the full cache does not differ from itself, and is not run again for it") {
  const TinyWorkload tiny("language_modeling", kOptions, tiny_text(400));
  for (const auto& setup : {set_up_policy("full", 0), set_up_policy("tova", 100)}) {
    const auto summary = tiny.summary(setup);
    for (const char* name : {"kl", "kl_median", "kl_p99", "probability_change",
                             "probability_change_p1", "probability_change_p99"}) {
      CHECK(summary.metrics.at(name).value == 0.0);
    }
    CHECK(summary.metrics.at("same_top").value == 1.0);
    CHECK(summary.metrics.at("kept_attention").value == 1.0);
    CHECK(tiny.run(setup).computed_tokens == 40);
  }
}

TEST_CASE("fidelity does not depend on a prefix that cells share") {
  const TinyWorkload tiny("language_modeling", kOptions, tiny_text(400));
  const auto setup = set_up_policy("tova", 12);
  SharedPrefix prefix(8);
  const RunContext context = {
      .model = tiny.model(), .tokenizer = tiny.tokenizer(), .policy = setup, .prefix = &prefix};
  CHECK(tiny.workload().run(std::vector<int64_t>{0}, context).front().values ==
        tiny.run(setup).values);
}

TEST_CASE("metrics of fidelity say how samples make them, and do as they say") {
  const TinyWorkload tiny("language_modeling", kOptions, tiny_text(400));
  const auto setup = set_up_policy("window", 5);
  const auto metrics = tiny.summary(setup).metrics;
  std::vector<SampleRecord> records;
  for (int64_t sample = 0; sample < tiny.workload().samples(); ++sample) {
    records.push_back(tiny.run(setup, sample));
  }
  REQUIRE(records.size() > 2);
  for (const char* name :
       {"kl", "same_top", "probability_change", "kl_median", "kl_p90", "kl_p99",
        "probability_change_p1", "probability_change_p10", "probability_change_median",
        "probability_change_p90", "probability_change_p99", "kept_attention"}) {
    CAPTURE(name);
    const Metric& metric = metrics.at(name);
    REQUIRE(metric.samples);
    CHECK(metric.standard_error.value() > 0.0);
    double numerators = 0.0;
    double denominators = 0.0;
    for (const SampleRecord& record : records) {
      numerators += record.values.at(metric.samples->numerator).get<double>();
      denominators += metric.samples->denominator
                          ? record.values.at(*metric.samples->denominator).get<double>()
                          : 1.0;
    }
    CHECK(metric.value == approx(numerators / denominators));
  }
}

TEST_CASE("long_perplexity compares the judged tokens, and key tokens apart") {
  const std::string options =
      "context_length: 60\nshort_context: 8\nshort_stride: 4\nlsd_threshold: 0.05\n"
      "lcl_threshold: -6.0\nfidelity: true";
  const TinyWorkload tiny("long_perplexity", options, tiny_text(400));
  const auto ids = std::span(tiny.ids()).first(60);
  const auto setup = set_up_policy("window", 5);
  const AllLogits full(tiny.model(), set_up_policy("full", 0), ids, 0);
  const AllLogits all(tiny.model(), setup, ids, 0);
  const KeyTokenRule rule = {
      .short_context = 8, .short_stride = 4, .lsd_threshold = 0.05, .lcl_threshold = -6.0};
  const auto contrasts = contrast_contexts(tiny.model(), ids, 0, rule);
  double judged = 0.0;
  double keys = 0.0;
  for (int64_t place = 8; place < 60; ++place) {
    const double kl = naive_kl(full, all, place - 1);
    judged += kl;
    keys += contrasts[static_cast<size_t>(place)]->is_key(rule) ? kl : 0.0;
  }
  const auto values = tiny.run(setup).values;
  CHECK(values.at("compared_tokens") == 52);
  CHECK(std::abs(values.at("kl_sum").get<double>() - judged) < 1e-5);
  CHECK(std::abs(values.at("key_kl_sum").get<double>() - keys) < 1e-5);
  REQUIRE(keys > 0.1);
  REQUIRE(judged > keys + 0.1);
  CHECK(!values.contains("kept_attention"));
  const auto metrics = tiny.summary(setup).metrics;
  CHECK(metrics.at("key_kl").samples->denominator == "key_tokens");
  CHECK(metrics.count("key_same_top") == 1);
}

TEST_CASE(
    "the full cache's run of a sample takes its hidden states, and attention where measured") {
  DecoderSpec spec;
  spec.hidden_size = 576;
  spec.layers.resize(30);
  spec.layers.front().attention.kv_heads = 3;
  CHECK(FidelityOptions{}.bytes(spec, 512, at::kFloat) == 0);
  CHECK((FidelityOptions{.fidelity = true}.bytes(spec, 512, at::kFloat)) == 512 * 576 * 4);
  CHECK((FidelityOptions{.fidelity = true}.bytes(spec, 512, at::kBFloat16)) == 512 * 576 * 2);
  // A byte for each pair of a token and one that it sees.
  CHECK((FidelityOptions{.fidelity = true, .kept_attention = true}.bytes(spec, 512, at::kFloat)) ==
        512 * 576 * 4 + 30 * 3 * 512 * 513);
}

TEST_CASE("attention that would take too much memory is refused before anything runs") {
  const FidelityOptions options = {.fidelity = false, .kept_attention = true};
  DecoderSpec spec;
  spec.layers.resize(30);
  spec.layers.front().attention.kv_heads = 3;
  // 90 T (T + 1) <= 2^31
  CHECK(input_error([&] { options.check_model(spec, 4884); }) == "no error");
  CHECK_THAT(input_error([&] { options.check_model(spec, 4885); }),
             ContainsSubstring("experiment.kept_attention: the attention of 4885 tokens in 30 "
                               "layers with 3 key/value heads takes 2.0 GiB a sample, more than 2 "
                               "GiB; at most 4884 tokens fit with this model"));
  CHECK(input_error([&] { FidelityOptions{.fidelity = true}.check_model(spec, 1000000); }) ==
        "no error");
}

TEST_CASE("of recent samples each is found out once while it is used") {
  RecentSamples<int> samples;
  int asked = 0;
  const auto find_out = [&asked] { return ++asked; };
  const auto held = samples.get(0, find_out);
  CHECK(*samples.get(0, find_out) == 1);
  CHECK(*samples.get(1, find_out) == 2);
  CHECK(*samples.get(2, find_out) == 3);
  CHECK(*samples.get(3, find_out) == 4);
  CHECK(*samples.get(2, find_out) == 3);  // One of the last two.
  CHECK(*samples.get(0, find_out) == 1);  // In use.
  CHECK(*samples.get(1, find_out) == 5);  // Forgotten.
  CHECK_THROWS_AS(samples.get(9, []() -> int { throw std::runtime_error("no"); }),
                  std::runtime_error);
  CHECK(*samples.get(9, find_out) == 6);
}

TEST_CASE("whoever asks for a recent sample that is being found out waits for it") {
  RecentSamples<int> samples;
  std::atomic<int> asked = 0;
  std::array<int, 4> answers = {};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] {
      answers[i] = *samples.get(7, [&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return ++asked;
      });
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(answers == std::array<int, 4>{1, 1, 1, 1});
}

}  // namespace multistate::test::fidelity_test
