#include "multistate/engine/kl_divergence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "multistate/base/random.h"

#include "support/catch.h"

namespace multistate::test::kl_divergence_test {
namespace {

double log_sum(const std::vector<float>& logits) {
  double sum = 0.0;
  for (const float x : logits) {
    sum += std::exp(static_cast<double>(x));
  }
  return std::log(sum);
}

/// In double precision, from the definition.
double naive(const std::vector<float>& p, const std::vector<float>& q) {
  const double of_p = log_sum(p);
  const double of_q = log_sum(q);
  double sum = 0.0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double log_p = static_cast<double>(p[i]) - of_p;
    const double log_q = static_cast<double>(q[i]) - of_q;
    sum += std::exp(log_p) * (log_p - log_q);
  }
  return sum;
}

double in_pieces(const std::vector<float>& p, const std::vector<float>& q, size_t piece) {
  KlDivergence kl;
  for (size_t first = 0; first < p.size(); first += piece) {
    const size_t end = std::min(first + piece, p.size());
    const auto largest = [end](const std::vector<float>& logits) {
      return *std::max_element(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(end));
    };
    kl.add(p.data() + first, q.data() + first, static_cast<int64_t>(end - first), largest(p),
           largest(q));
  }
  return kl.value();
}

/// `size` logits of about N(0, spread^2), the sum of twelve uniform numbers each.
std::vector<float> random_logits(size_t size, double spread, uint64_t seed) {
  std::vector<float> logits;
  Random random({seed});
  for (size_t i = 0; i < size; ++i) {
    double sum = -6.0;
    for (int draw = 0; draw < 12; ++draw) {
      sum += random.uniform();
    }
    logits.push_back(static_cast<float>(spread * sum));
  }
  return logits;
}

}  // namespace

TEST_CASE("the divergence of two coins, worked by hand") {
  // p = (1/2, 1/2), q = (1/4, 3/4): 1/2 ln 2 + 1/2 ln 2/3.
  const std::vector<float> p = {3.0F, 3.0F};
  const std::vector<float> q = {-1.0F, -1.0F + std::log(3.0F)};
  const double expected = 0.5 * std::log(2.0) + 0.5 * std::log(2.0 / 3.0);
  CHECK(std::abs(in_pieces(p, q, 2) - expected) < 1e-7);
  CHECK(std::abs(in_pieces(p, q, 1) - expected) < 1e-7);
}

TEST_CASE("the divergence equals the definition in double precision, whatever the pieces") {
  for (const double spread : {0.1, 3.0, 10.0}) {
    const auto p = random_logits(5000, spread, 1);
    const auto other = random_logits(5000, spread, 2);
    for (const float distance : {0.0F, 1e-4F, 0.1F, 1.0F}) {
      auto q = p;
      for (size_t i = 0; i < q.size(); ++i) {
        // Logits may be shifted as a whole without a change of the distribution.
        q[i] += distance * other[i] + 2.0F;
      }
      for (const size_t piece : {1UL, 700UL, 2048UL, 5000UL}) {
        CAPTURE(spread, distance, piece);
        CHECK(std::abs(in_pieces(p, q, piece) - naive(p, q)) < 1e-6);
      }
    }
  }
}

TEST_CASE("equal rows do not diverge at all, and a row with NaN has no divergence") {
  auto p = random_logits(3000, 5.0, 3);
  CHECK(in_pieces(p, p, 1000) == 0.0);
  auto q = p;
  q[1500] = NAN;
  CHECK(std::isnan(in_pieces(p, q, 1000)));
  CHECK(std::isnan(in_pieces(q, p, 1000)));
}

}  // namespace multistate::test::kl_divergence_test
