#include "multistate/experiment/local_attention.h"

#include <cmath>

#include <ATen/ops/randn.h>

#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::local_attention_test {
namespace {

constexpr int64_t kHeads = 4;
constexpr int64_t kGroup = 2;  ///< Query heads of a key/value head.
constexpr int64_t kSize = 8;

Qkv random_qkv(int64_t tokens) {
  return {at::randn({kHeads, tokens, kSize}), at::randn({kHeads / kGroup, tokens, kSize}),
          at::randn({kHeads / kGroup, tokens, kSize})};
}

nlohmann::json errors_of(const PolicySetup& setup, const std::vector<Qkv>& segments,
                         int64_t tokens) {
  const auto model = tiny_transformer({.layers = 1});
  const ComparedScan scan(*model, {.tokens = tokens});
  LayerState state(model->spec(), setup, 0, {}, {.tokens = tokens}, at::kFloat);
  for (const Qkv& qkv : segments) {
    scan.attend(qkv, state);
  }
  CHECK(scan.seconds() > 0.0);
  auto values = nlohmann::json::object();
  scan.write(values);
  return values;
}

/// One head's weights for token t over all rows up to it, in loops.
std::vector<double> weights(const Qkv& qkv, int64_t head, int64_t t) {
  const auto q = qkv.queries.accessor<float, 3>();
  const auto k = qkv.keys.accessor<float, 3>();
  std::vector<double> all;
  double total = 0.0;
  for (int64_t row = 0; row <= t; ++row) {
    double logit = 0.0;
    for (int64_t i = 0; i < kSize; ++i) {
      logit += static_cast<double>(q[head][t][i]) * static_cast<double>(k[head / kGroup][row][i]);
    }
    all.push_back(std::exp(logit / std::sqrt(static_cast<double>(kSize))));
    total += all.back();
  }
  for (double& weight : all) {
    weight /= total;
  }
  return all;
}

/// The output of one head for token t over the rows from `first` on, and their share of all
/// weights.
struct Output {
  std::vector<double> vector = std::vector<double>(kSize, 0.0);
  double share = 0.0;
};

Output output(const Qkv& qkv, int64_t head, int64_t t, int64_t first) {
  const auto v = qkv.values.accessor<float, 3>();
  const auto all = weights(qkv, head, t);
  Output out;
  for (int64_t row = first; row <= t; ++row) {
    out.share += all[static_cast<size_t>(row)];
  }
  for (int64_t row = first; row <= t; ++row) {
    for (int64_t i = 0; i < kSize; ++i) {
      out.vector[static_cast<size_t>(i)] +=
          all[static_cast<size_t>(row)] / out.share * static_cast<double>(v[head / kGroup][row][i]);
    }
  }
  return out;
}

SampleRecord record(int64_t tokens, const std::vector<std::vector<double>>& by_head) {
  SampleRecord one;
  one.tokens = tokens;
  double sum = 0.0;
  int64_t heads = 0;
  for (const auto& layer : by_head) {
    for (const double head : layer) {
      sum += head;
      ++heads;
    }
  }
  const nlohmann::json local = {{"output_error", by_head}, {"kept", by_head}};
  one.values = {{"output_error_sum", sum},
                {"local_kept_sum", sum},
                {"attention_outputs", heads * tokens},
                {"local_attention", local}};
  return one;
}

}  // namespace

TEST_CASE("output error and kept attention are those of loops over the rows that are kept") {
  constexpr int64_t kTokens = 150;  // More than are compared together.
  constexpr int64_t kRows = 6;
  const Qkv qkv = random_qkv(kTokens);
  const auto values = errors_of(set_up_policy("window", kRows), {qkv}, kTokens);
  const auto& local = values.at("local_attention");
  double all = 0.0;
  double all_kept = 0.0;
  for (int64_t head = 0; head < kHeads; ++head) {
    double sum = 0.0;
    double sum_kept = 0.0;
    for (int64_t t = 0; t < kTokens; ++t) {
      const auto full = output(qkv, head, t, 0).vector;
      // A query sees k rows and its own.
      const auto [kept, share] = output(qkv, head, t, std::max<int64_t>(0, t - kRows));
      sum_kept += share;
      double difference = 0.0;
      double length = 0.0;
      for (size_t i = 0; i < full.size(); ++i) {
        difference += (kept[i] - full[i]) * (kept[i] - full[i]);
        length += full[i] * full[i];
      }
      sum += std::sqrt(difference / length);
    }
    const auto of_head = [&](const char* key) {
      return local.at(key).at(0).at(static_cast<size_t>(head)).get<double>();
    };
    CHECK(std::abs(of_head("output_error") - sum) < 1e-4 * sum);
    CHECK(std::abs(of_head("kept") - sum_kept) < 1e-4 * sum_kept);
    all += sum;
    all_kept += sum_kept;
  }
  CHECK(all > 0.1 * kTokens * kHeads);  // A window loses much.
  CHECK(std::abs(values.at("output_error_sum").get<double>() - all) < 1e-4 * all);
  CHECK(all_kept < 0.5 * kTokens * kHeads);
  CHECK(std::abs(values.at("local_kept_sum").get<double>() - all_kept) < 1e-4 * all_kept);
  CHECK(values.at("attention_outputs") == kTokens * kHeads);

  // The same in two segments.
  const auto part = [&](const at::Tensor& x, int64_t first, int64_t count) {
    return x.narrow(1, first, count);
  };
  const auto segment = [&](int64_t first, int64_t count) {
    return Qkv{part(qkv.queries, first, count), part(qkv.keys, first, count),
               part(qkv.values, first, count)};
  };
  const auto halves =
      errors_of(set_up_policy("window", kRows), {segment(0, 73), segment(73, 77)}, kTokens);
  CHECK(std::abs(halves.at("output_error_sum").get<double>() - all) < 1e-4 * all);
}

TEST_CASE("a state that keeps every row has no error, wherever rows are rotated to") {
  for (const char* positions : {"original", "in_cache", "log_gap"}) {
    CAPTURE(positions);
    const auto setup = set_up_policy("tova", 64, std::string("{positions: ") + positions + "}");
    const auto values = errors_of(setup, {random_qkv(40), random_qkv(10)}, 50);
    CHECK(values.at("output_error_sum").get<double>() < 1e-5 * 50 * kHeads);
    CHECK(std::abs(values.at("local_kept_sum").get<double>() - 50 * kHeads) < 1e-4);
  }
  const auto setup = set_up_policy("tova", 20, "{positions: in_cache}");
  CHECK(errors_of(setup, {random_qkv(50)}, 50).at("output_error_sum").get<double>() > 1.0);
}

TEST_CASE("local attention metrics are means over tokens, heads, layers and samples, by hand") {
  // Two layers of two heads, in a sample of 10 tokens and one of 30.
  const std::vector records = {record(10, {{1.0, 3.0}, {0.0, 2.0}}),
                               record(30, {{3.0, 9.0}, {6.0, 4.0}})};
  Summary summary;
  add_local_attention(records, summary);
  CHECK(summary.metrics.at("output_error").value == approx((6.0 + 22.0) / (40.0 + 120.0)));
  CHECK(!summary.metrics.at("output_error").higher_is_better);
  CHECK(summary.metrics.at("local_kept_attention").value == approx(28.0 / 160.0));
  CHECK(summary.metrics.at("local_kept_attention").higher_is_better);
  CHECK(summary.series.at("local_kept_attention_by_layer").size() == 2);
  const auto& by_layer = summary.series.at("output_error_by_layer");
  REQUIRE(by_layer.size() == 2);
  CHECK(by_layer[0].at("value").get<double>() == approx((4.0 + 12.0) / (20.0 + 60.0)));
  CHECK(by_layer[0].at("stderr").get<double>() < 1e-12);
  CHECK(by_layer[1].at("value").get<double>() == approx((2.0 + 10.0) / (20.0 + 60.0)));
  const auto& map = summary.maps.at("output_error");
  CHECK(summary.maps.at("local_kept_attention") == map);
  CHECK(map.at("x").at("ticks") == nlohmann::json({0, 1}));
  CHECK(map.at("values") == nlohmann::json({{0.1, 0.15}, {0.3, 0.15}}));
}

}  // namespace multistate::test::local_attention_test
