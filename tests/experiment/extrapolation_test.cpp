#include <cmath>

#include "support/catch.h"
#include "support/input_error.h"
#include "support/tiny_sweep.h"
#include "tiny_workload.h"

namespace multistate::test::extrapolation_test {

// The tiny model was trained on 256 tokens, by its own account.

TEST_CASE("extrapolation runs past the model's window, and tells what comes after it apart") {
  const TinyWorkload tiny("extrapolation", "context_length: 400\nstretch: 50", tiny_text(600));
  const auto ids = std::span(tiny.ids()).first(400);
  for (const char* options : {"{}", "{positions: in_cache}", "{positions: log_gap}"}) {
    CAPTURE(options);
    const auto setup = set_up_policy("tova", 16, options);
    const auto losses = Evaluator(tiny.model(), setup).evaluate(ids, {}).losses;
    double within = 0.0;
    double beyond = 0.0;
    double seventh = 0.0;
    double to_seventh = 0.0;
    for (size_t place = 1; place < 400; ++place) {
      // Token 256 is the last that 256 tokens predict.
      (place <= 256 ? within : beyond) += losses[place - 1];
      seventh += place >= 300 && place < 350 ? losses[place - 1] : 0.0;
      to_seventh += place < 350 ? losses[place - 1] : 0.0;
    }
    const auto summary = tiny.summary(setup);
    CHECK(summary.metrics.at("within_nll").value == approx(within / 256.0));
    CHECK(summary.metrics.at("beyond_nll").value == approx(beyond / 143.0));
    CHECK(summary.metrics.at("nll").value == approx((within + beyond) / 399.0));
    const auto& series = summary.series.at("nll_by_position");
    REQUIRE(series.size() == 8);
    CHECK(series[6].at("first_place") == 300);
    CHECK(series[6].at("end_place") == 350);
    CHECK(series[6].at("value").get<double>() == approx(seventh / 50.0));
    CHECK(series[6].at("axis") == "position (tokens)");
    CHECK(summary.series.at("perplexity_so_far")[6].at("value").get<double>() ==
          approx(std::exp(to_seventh / 349.0)));
  }
}

TEST_CASE("a text within the model's window is not what extrapolation is for") {
  CHECK_THAT(input_error([] {
               const TinyWorkload tiny("extrapolation", "context_length: 256", tiny_text(600));
             }),
             ContainsSubstring("experiment.context_length: 256 tokens do not go beyond the 256 "
                               "that the model was trained on"));
  CHECK_NOTHROW(TinyWorkload("extrapolation", "context_length: 257", tiny_text(600)));
}

}  // namespace multistate::test::extrapolation_test
