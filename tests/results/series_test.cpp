#include "multistate/results/series.h"

#include <limits>

#include "support/catch.h"

namespace multistate::test::series_test {

TEST_CASE("a point of a series is a metric at a place, and does not say how samples make it") {
  const Metric metric = {.value = 2.5,
                         .standard_error = 0.5,
                         .n = 3,
                         .higher_is_better = false,
                         .unit = "steps",
                         .samples = SampleRatio{.numerator = "a"}};
  CHECK(series_point(metric, {.first = 4, .end = 8, .axis = "layer"}) ==
        nlohmann::json::parse(R"({"value": 2.5, "stderr": 0.5, "n": 3, "higher_is_better": false,
                                  "unit": "steps", "first_place": 4, "end_place": 8,
                                  "axis": "layer"})"));
  CHECK(series_point(metric, {0, 1, "class", "digit"}).at("label") == "digit");
  CHECK(!series_point(metric, {0, 1}).contains("axis"));
}

TEST_CASE("a map's values have four digits, and null where there is none") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const ValueMap map = {.x = {.name = "class", .ticks = {"a", "b"}},
                        .y = {.name = "layer", .ticks = {0}},
                        .unit = "steps",
                        .values = {{1234.567, nan}}};
  CHECK(to_json(map) == nlohmann::json::parse(R"({"x": {"name": "class", "ticks": ["a", "b"]},
                                                  "y": {"name": "layer", "ticks": [0]},
                                                  "unit": "steps", "values": [[1235, null]]})"));
}

}  // namespace multistate::test::series_test
