#include "multistate/experiment/language_metrics.h"

#include <array>
#include <cmath>

#include "support/catch.h"

namespace multistate::test::language_metrics_test {
namespace {

SampleRecord record_of(const std::vector<double>& losses, int64_t first_place,
                       std::string_view text) {
  SampleRecord record;
  record.values = ScoredText(losses, first_place, text).to_json();
  return record;
}

}  // namespace

TEST_CASE("losses are counted by token, byte, word and place") {
  const std::array losses = {1.0, 2.0, 3.0, 4.0, 5.0};
  const auto json = ScoredText(losses, 1, "one two\n three ").to_json();
  CHECK(json.at("nll_sum") == 15.0);
  CHECK(json.at("scored_tokens") == 5);
  CHECK(json.at("bytes") == 15);
  CHECK(json.at("words") == 3);
  // Places 1 | 2, 3 | 4, 5; the bucket of place 0 does not exist.
  CHECK(json.at("nll_by_place") == nlohmann::json::parse("[[1.0, 1], [5.0, 2], [9.0, 2]]"));
}

TEST_CASE("metrics of two chunks, worked by hand") {
  const std::array records = {record_of({1.0, 3.0}, 1, "ab cd"), record_of({2.0, 4.0}, 1, "efghi")};
  const auto metrics = summarize_language(records).metrics;
  // 10 nats over 4 tokens; the chunks' sums are 4 and 6, so d = -1 and 1 around 2.5 * 2:
  // sqrt((1 + 1) / (2 * 1)) / 2 = 0.5.
  CHECK(metrics.at("nll").value == approx(2.5));
  CHECK(*metrics.at("nll").standard_error == approx(0.5));
  CHECK(metrics.at("nll").n == 2);
  CHECK(metrics.at("nll").unit == "nats/token");
  CHECK(metrics.at("perplexity").value == approx(std::exp(2.5)));
  CHECK(*metrics.at("perplexity").standard_error == approx(0.5 * std::exp(2.5)));
  CHECK(metrics.at("bits_per_byte").value == approx(10.0 / std::log(2.0) / 10.0));
  CHECK(metrics.at("word_perplexity").value == approx(std::exp(10.0 / 3.0)));
  CHECK(!metrics.at("perplexity").higher_is_better);
}

TEST_CASE("metrics say how samples make them, and do as they say") {
  const std::array records = {record_of({1.0, 3.0}, 1, "ab cd"), record_of({2.0, 5.0}, 1, "efghi")};
  for (const auto& [name, metric] : summarize_language(records).metrics) {
    CAPTURE(name);
    REQUIRE(metric.samples);
    double numerators = 0.0;
    double denominators = 0.0;
    for (const SampleRecord& record : records) {
      numerators += record.values.at(metric.samples->numerator).get<double>();
      denominators += record.values.at(metric.samples->denominator.value()).get<double>();
    }
    const double ratio = metric.samples->scale * numerators / denominators;
    const bool exponential = metric.samples->transform == SampleRatio::Transform::kExp;
    CHECK(metric.value == approx(exponential ? std::exp(ratio) : ratio));
  }
}

TEST_CASE("one chunk has no standard error") {
  const std::array records = {record_of({1.0, 3.0}, 1, "ab cd")};
  CHECK(!summarize_language(records).metrics.at("nll").standard_error);
}

TEST_CASE("the loss by place is a mean over tokens with the places in powers of two") {
  const std::array records = {record_of({1.0, 3.0, 5.0}, 1, "x"),
                              record_of({2.0, 4.0, 6.0}, 1, "y")};
  const auto series = summarize_language(records).series.at("nll_by_place");
  REQUIRE(series.size() == 2);
  CHECK(series[0].at("first_place") == 1);
  CHECK(series[0].at("end_place") == 2);
  CHECK(series[0].at("value") == 1.5);
  CHECK(series[1].at("value") == 4.5);
}

TEST_CASE("a loss that is not a number survives as text and makes the metric one") {
  const auto record = record_of({std::nan(""), 1.0}, 1, "ab");
  const auto line = nlohmann::json::parse(record.to_json().dump());
  const std::array records = {SampleRecord::from_json(line)};
  CHECK(std::isnan(summarize_language(records).metrics.at("nll").value));
  CHECK(to_json(summarize_language(records).metrics).at("nll").at("value_text") == "nan");
}

}  // namespace multistate::test::language_metrics_test
