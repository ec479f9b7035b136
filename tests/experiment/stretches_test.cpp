#include "multistate/experiment/stretches.h"

#include <array>
#include <cmath>

#include "support/catch.h"

namespace multistate::test::stretches_test {
namespace {

using nlohmann::json;

using Points = std::vector<std::vector<double>>;

/// First places, ends and values of a series.
Points points(const json& series) {
  Points points;
  for (const json& point : series) {
    points.push_back({point.at("first_place").get<double>(), point.at("end_place").get<double>(),
                      point.at("value").get<double>()});
  }
  return points;
}

}  // namespace

TEST_CASE("stretches double from place 1 on, or have one width from place 0 on") {
  const auto doubling = Stretches::doubling();
  CHECK(doubling.of(1) == 0);
  CHECK(doubling.of(2) == 1);
  CHECK(doubling.of(3) == 1);
  CHECK(doubling.of(4) == 2);
  CHECK(doubling.first(3) == 8);
  CHECK(doubling.end(3) == 16);
  const auto tens = Stretches::of_width(10);
  CHECK(tens.of(0) == 0);
  CHECK(tens.of(9) == 0);
  CHECK(tens.of(10) == 1);
  CHECK(tens.first(2) == 20);
  CHECK(tens.end(2) == 30);
}

TEST_CASE("numbers are added up by the stretch of their place") {
  StretchSums sums(Stretches::of_width(4));
  sums.add(1, 0.5);
  sums.add(3, 1.0);
  sums.add(9, 2.0);
  CHECK(sums.to_json() == json::parse("[[1.5, 2], [0.0, 0], [2.0, 1]]"));
  CHECK(StretchSums(Stretches::doubling()).to_json() == json::array());
}

TEST_CASE("a series has the means of stretches over all samples' tokens, and says what it is") {
  const std::array samples = {json::parse("[[2.0, 2], [0, 0], [9.0, 3]]"),
                              json::parse("[[6.0, 2]]")};
  const auto series = mean_series(samples, Stretches::of_width(5),
                                  {.unit = "nats", .higher_is_better = true, .axis = "distance"});
  // 8 over 4 tokens of two samples; nothing in the second stretch; 9 over 3 of one.
  CHECK(points(series) == Points{{0, 5, 2.0}, {10, 15, 3.0}});
  // d = -2 and 2 around 2 * 2: sqrt((4 + 4) / (2 * 1)) / 2 = 1.
  CHECK(series[0].at("stderr").get<double>() == approx(1.0));
  CHECK(series[0].at("n") == 2);
  CHECK(series[1].at("stderr").is_null());
  CHECK(series[1].at("n") == 1);
  CHECK(series[0].at("unit") == "nats");
  CHECK(series[0].at("higher_is_better") == true);
  CHECK(series[0].at("axis") == "distance");
  CHECK(!mean_series(samples, Stretches::of_width(5), {})[0].contains("axis"));
}

TEST_CASE("the perplexity so far is of all tokens up to a stretch's end") {
  const std::array samples = {json::parse("[[2.0, 2], [0, 0], [9.0, 3]]"),
                              json::parse("[[6.0, 2]]")};
  const auto series = cumulative_perplexity_series(samples, Stretches::of_width(5), {});
  REQUIRE(series.size() == 3);
  CHECK(series[0].at("value").get<double>() == approx(std::exp(8.0 / 4.0)));
  CHECK(series[1].at("value").get<double>() == approx(std::exp(8.0 / 4.0)));
  CHECK(series[2].at("value").get<double>() == approx(std::exp(17.0 / 7.0)));
}

TEST_CASE("tokens are counted by stretch") {
  const std::array samples = {json::parse("[[2.0, 2], [0, 0], [9.0, 3]]"),
                              json::parse("[[6.0, 2]]")};
  CHECK(points(count_series(samples, Stretches::doubling(), "distance")) ==
        Points{{1, 2, 4.0}, {4, 8, 3.0}});
}

TEST_CASE("the worst of samples is the largest, or the least where higher is better") {
  const std::array samples = {json::parse("[1.0, 5.0]"), json::parse("[2.0, 3.0]")};
  const auto steps = Stretches::of_width(1);
  CHECK(points(worst_series(samples, steps, {})) == Points{{0, 1, 2.0}, {1, 2, 5.0}});
  CHECK(points(worst_series(samples, steps, {.higher_is_better = true})) ==
        Points{{0, 1, 1.0}, {1, 2, 3.0}});
  const std::array numbers = {1.0, std::nan(""), 2.0};
  CHECK(std::isnan(worst_of(numbers, false)));
  CHECK(std::isnan(worst_of(numbers, true)));
}

}  // namespace multistate::test::stretches_test
