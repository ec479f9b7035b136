#include "multistate/results/packed.h"

#include <limits>

#include "multistate/results/series.h"

#include "support/input_error.h"

namespace multistate::test::packed_test {
namespace {

using nlohmann::json;

const Metric kLoss = {.value = 2.5,
                      .standard_error = 0.5,
                      .n = 3,
                      .higher_is_better = false,
                      .unit = "nats/token",
                      .range = kNotNegative};

/// A number with its error, infinity without one, and a number with clusters and a name.
json points_of_all_kinds() {
  Metric infinite = kLoss;
  infinite.value = std::numeric_limits<double>::infinity();
  infinite.standard_error.reset();
  Metric clustered = kLoss;
  clustered.clusters = 2;
  return {series_point(kLoss, {0, 1, "class"}), series_point(infinite, {1, 2, "class"}),
          series_point(clustered, {2, 4, "class", "digit"})};
}

}  // namespace

TEST_CASE("a series says once what its points have in common, and is the same when it is read") {
  const json series = {{"by_class", points_of_all_kinds()}, {"empty", json::array()}};
  const json packed = packed_series(series);
  CHECK(packed.at("by_class") == json::parse(R"({
    "axis": "class", "unit": "nats/token", "higher_is_better": false, "range": [0.0, null],
    "first_place": [0, 1, 2], "end_place": [1, 2, 4], "n": [3, 3, 3], "value": [2.5, null, 2.5],
    "stderr": [0.5, null, 0.5], "value_text": [null, "inf", null], "clusters": [null, null, 2],
    "label": [null, null, "digit"]})"));
  CHECK(unpacked_series(packed.at("by_class"), "s") == series.at("by_class"));
  CHECK(unpacked_series(packed.at("empty"), "s") == json::array());
}

TEST_CASE("points that differ in what a series has once are no series") {
  json points = points_of_all_kinds();
  points[1]["unit"] = "bits/token";
  CHECK(input_error([&] {
          packed_series({{"x", points}});
        }) == "series.x: its points differ in 'unit'");
}

TEST_CASE("a series whose lists differ in length is refused; members of later programs are not") {
  json packed = packed_series({{"x", points_of_all_kinds()}}).at("x");
  packed["mood"] = "good";
  CHECK(unpacked_series(packed, "series.x") == points_of_all_kinds());
  packed["stderr"].push_back(1.0);
  CHECK(input_error([&] { unpacked_series(packed, "series.x"); }) ==
        "series.x: 'stderr' is '[0.5,null,0.5,1.0]'; expected a list of 3, as many as there are "
        "places");
}

TEST_CASE("a row of a map ends with its last value") {
  const json maps = {{"m", {{"values", {{1, nullptr, 2}, {nullptr, 1, nullptr}, {nullptr}}}}}};
  CHECK(packed_maps(maps).at("m").at("values") == json::parse("[[1, null, 2], [null, 1], []]"));
}

}  // namespace multistate::test::packed_test
