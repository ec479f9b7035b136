#include "multistate/experiment/resampling.h"

#include <cmath>
#include <numbers>

#include "multistate/base/random.h"
#include "multistate/experiment/sample_metrics.h"

#include "support/torch.h"

namespace multistate::test::resampling_test {
namespace {

const Resampling kByBook = {.unit = "book", .key = "book"};

SampleRecord record(const std::string& book, double sum, double tokens) {
  SampleRecord one;
  one.values = {{"book", book}, {"sum", sum}, {"tokens", tokens}};
  return one;
}

double normal(Random& random) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
}

}  // namespace

TEST_CASE("samples of a unit are one observation of the standard error, worked by hand") {
  const std::vector records = {record("a", 1.0, 1.0), record("b", 2.0, 3.0), record("a", 5.0, 3.0),
                               record("c", 0.0, 1.0)};
  const SampleRatio ratio = {.numerator = "sum", .denominator = "tokens"};
  // Of (6, 4), (2, 3) and (0, 1): R = 1; d = 2, -1, -1; sqrt(6 / 6) / (8 / 3) = 3 / 8.
  const Metric metric = ratio_metric(records, ratio, {}, kByBook);
  CHECK(metric.value == approx(1.0));
  CHECK(*metric.standard_error == approx(3.0 / 8.0));
  CHECK(metric.n == 4);
  CHECK(metric.clusters == 3);
  // Every sample by itself: d = 0, -1, 2, -1; sqrt(6 / 12) / 2.
  const Metric apart = ratio_metric(records, ratio, {});
  CHECK(apart.value == approx(1.0));
  CHECK(*apart.standard_error == approx(std::sqrt(0.5) / 2.0));
  CHECK(!apart.clusters);
}

TEST_CASE("a mean over units weighs every sample alike") {
  const std::vector records = {record("a", 1.0, 0.0), record("a", 3.0, 0.0), record("b", 8.0, 0.0)};
  // Of (4, 2) and (8, 1): R = 4; d = -4, 4; sqrt(32 / 2) / 1.5.
  const Metric mean = ratio_metric(records, {.numerator = "sum", .scale = 1.0}, {}, kByBook);
  CHECK(mean.value == approx(4.0));
  CHECK(*mean.standard_error == approx(4.0 / 1.5));
  const Metric doubled = ratio_metric(records, {.numerator = "sum", .scale = 2.0}, {}, kByBook);
  CHECK(doubled.value == approx(8.0));
  CHECK(*doubled.standard_error == approx(8.0 / 1.5));
}

TEST_CASE("samples of a single unit give no idea of the error") {
  const std::vector records = {record("a", 1.0, 1.0), record("a", 3.0, 1.0)};
  const Metric metric = ratio_metric(records, {.numerator = "sum"}, {}, kByBook);
  CHECK(metric.value == approx(2.0));
  CHECK(metric.clusters == 1);
  CHECK(!metric.standard_error);
}

TEST_CASE("intervals over units cover the truth, those over samples of few units do not") {
  Random random({5});
  constexpr int kDraws = 500;
  constexpr double kT39 = 2.0227;  // 97.5 % of Student's t with 39 degrees of freedom.
  int clustered_hits = 0;
  int naive_hits = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<SampleRecord> records;
    for (int unit = 0; unit < 40; ++unit) {
      const double common = normal(random);
      for (int sample = 0; sample < 5; ++sample) {
        records.push_back(record(std::to_string(unit), common + 0.5 * normal(random), 1.0));
      }
    }
    const auto covers = [&](const Resampling& resampling) {
      const Metric metric = ratio_metric(records, {.numerator = "sum"}, {}, resampling);
      return std::abs(metric.value) <= kT39 * *metric.standard_error ? 1 : 0;
    };
    clustered_hits += covers(kByBook);
    naive_hits += covers({});
  }
  CHECK(clustered_hits > 0.92 * kDraws);
  CHECK(clustered_hits < 0.97 * kDraws);
  CHECK(naive_hits < 0.75 * kDraws);
}

}  // namespace multistate::test::resampling_test
