#include "multistate/results/metric.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::metric_test {
namespace {

using nlohmann::json;

const char* const kWritten = R"({
  "value": 2.5, "stderr": null, "n": 3, "higher_is_better": false, "unit": "bits/byte",
  "samples": {"numerator": "nll_sum", "denominator": "bytes", "scale": 1.25, "transform": "exp"}})";

std::string refusal(const char* path, const json& value) {
  json spoiled = json::parse(kWritten);
  spoiled[json::json_pointer(path)] = value;
  return input_error([&] { metric_from_json(spoiled, "x.json: nll"); });
}

}  // namespace

TEST_CASE("a metric says how samples make it, and is read as it is written") {
  const Metric metric = metric_from_json(json::parse(kWritten), "nll");
  CHECK(metric.value == 2.5);
  CHECK(!metric.standard_error);
  CHECK(metric.n == 3);
  CHECK(metric.unit == "bits/byte");
  REQUIRE(metric.samples);
  CHECK(metric.samples->numerator == "nll_sum");
  CHECK(metric.samples->denominator == "bytes");
  CHECK(metric.samples->scale == 1.25);
  CHECK(metric.samples->transform == SampleRatio::Transform::kExp);
  CHECK(to_json(metric) == json::parse(kWritten));
}

TEST_CASE("a mean has no denominator; a metric of an earlier program has no samples") {
  json written = json::parse(kWritten);
  written["samples"]["denominator"] = nullptr;
  written["samples"]["transform"] = "none";
  const Metric mean = metric_from_json(written, "nll");
  CHECK(!mean.samples->denominator);
  CHECK(to_json(mean) == written);
  written.erase("samples");
  CHECK(!metric_from_json(written, "nll").samples);
  CHECK(!to_json(metric_from_json(written, "nll")).contains("samples"));
}

TEST_CASE("a timed metric is marked; others are not") {
  json written = json::parse(kWritten);
  CHECK(!metric_from_json(written, "nll").timed);
  written["timed"] = true;
  CHECK(metric_from_json(written, "nll").timed);
  CHECK(to_json(metric_from_json(written, "nll")) == written);
}

TEST_CASE("a metric whose error is over clusters says how many there are") {
  json written = json::parse(kWritten);
  CHECK(!metric_from_json(written, "nll").clusters);
  written["clusters"] = 2;
  CHECK(metric_from_json(written, "nll").clusters == 2);
  CHECK(to_json(metric_from_json(written, "nll")) == written);
}

TEST_CASE("a metric without a direction, and one with a range, are read as they are written") {
  json written = json::parse(kWritten);
  written["higher_is_better"] = nullptr;
  written["range"] = {0.0, nullptr};
  const Metric metric = metric_from_json(written, "lines");
  CHECK(!metric.direction());
  CHECK(metric.range.least == 0.0);
  CHECK(!metric.range.most);
  CHECK(to_json(metric) == written);
}

TEST_CASE("members that a later program adds to a metric are passed over") {
  json written = json::parse(kWritten);
  written["median"] = 2.0;
  CHECK(metric_from_json(written, "nll").value == 2.5);
}

TEST_CASE("a metric that is no number comes back from its text") {
  json written = json::parse(kWritten);
  written["value"] = nullptr;
  written["value_text"] = "-inf";
  CHECK(metric_from_json(written, "nll").value == -HUGE_VAL);
  written["value_text"] = "nan";
  CHECK(std::isnan(metric_from_json(written, "nll").value));
}

TEST_CASE("what is no metric is refused with the place and what is expected") {
  CHECK(input_error([] { metric_from_json(json(3), "x.json: nll"); }) ==
        "x.json: nll: is '3'; expected an object");
  CHECK(refusal("/value", nullptr) ==
        "x.json: nll: 'value' is not a number, and there is no 'value_text'");
  CHECK_THAT(input_error([] { metric_from_json(json::object(), "nll"); }),
             ContainsSubstring("nll: 'value' is not a number"));
  CHECK_THAT(refusal("/value", "low"), ContainsSubstring("expected a number"));
  json undirected = json::parse(kWritten);
  undirected.erase("higher_is_better");
  CHECK_THAT(input_error([&] { metric_from_json(undirected, "nll"); }),
             ContainsSubstring("higher_is_better"));
  for (const json& range : {json(1), json{0.0}, json{1.0, 0.0}, json{"low", 1.0}}) {
    CHECK_THAT(refusal("/range", range), ContainsSubstring("a list [least, most]"));
  }
  CHECK_THAT(refusal("/n", 1.5), ContainsSubstring("'n' is '1.5'; expected an integer"));
  CHECK_THAT(refusal("/samples", 4), ContainsSubstring("x.json: nll.samples: is '4'"));
  CHECK_THAT(
      refusal("/samples/transform", "log"),
      ContainsSubstring("x.json: nll.samples: 'transform' is '\"log\"'; expected 'none' or 'exp'"));
}

}  // namespace multistate::test::metric_test
