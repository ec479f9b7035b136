#include "multistate/model/product.h"

#include <cmath>

#include <ATen/ops/randn.h>

#include "support/torch.h"

namespace multistate::test {
namespace {

/// The largest difference to sums in double precision, written out.
double difference(const at::Tensor& found, const at::Tensor& x, const at::Tensor& weight) {
  double most = 0.0;
  for (int64_t t = 0; t < x.size(0); ++t) {
    for (int64_t out = 0; out < weight.size(1); ++out) {
      double sum = 0.0;
      for (int64_t in = 0; in < weight.size(0); ++in) {
        sum += static_cast<double>(x[t][in].item<float>()) *
               static_cast<double>(weight[in][out].item<float>());
      }
      most = std::max(most, std::abs(sum - static_cast<double>(found[t][out].item<float>())));
    }
  }
  return most;
}

}  // namespace

TEST_CASE("one row and many are multiplied alike, however the weight lies in memory") {
  for (const int64_t rows : {1, 2, 5}) {
    const auto x = at::randn({rows, 7}, at::kFloat);
    const auto stored = at::randn({7, 4}, at::kFloat);
    const auto transposed = at::randn({4, 7}, at::kFloat).t();
    for (const at::Tensor& weight : {stored, transposed}) {
      const auto found = product(x, weight);
      REQUIRE(found.sizes() == at::IntArrayRef({rows, 4}));
      CHECK(difference(found, x, weight) < 1e-5);
    }
  }
}

TEST_CASE("a row that is a part of a larger tensor is multiplied as it lies") {
  const auto many = at::randn({6, 9}, at::kFloat);
  const auto weight = at::randn({9, 3}, at::kFloat);
  const auto row = many.narrow(0, 2, 1);
  CHECK(difference(product(row, weight), row, weight) < 1e-5);
}

TEST_CASE("one row by a weight in bfloat16 is not rounded, many rows are unless it is widened") {
  for (const int64_t size : {1, 4, 7, 33}) {
    const auto stored = at::randn({size, 5}, at::kFloat).to(at::kBFloat16);
    const auto transposed = at::randn({5, size}, at::kFloat).to(at::kBFloat16).t();
    const auto strided = at::randn({size, 10}, at::kFloat).to(at::kBFloat16).narrow(1, 2, 5);
    for (const at::Tensor& weight : {stored, transposed, strided}) {
      const auto row = at::randn({1, size}, at::kFloat);
      const auto rows = at::randn({3, size}, at::kFloat);
      const auto widened = weight.to(at::kFloat);
      if (weight.is_contiguous() || weight.t().is_contiguous()) {
        CHECK(difference(product(row, weight), row, widened) < 1e-5);
      }
      CHECK(product(rows, weight).scalar_type() == at::kFloat);
      // LibTorch 1.13 adds up products as small as these in bfloat16.
      CHECK(difference(product(rows, weight), rows, widened) < 1.0);
      CHECK(difference(exact_product(row, weight), row, widened) < 1e-5);
      CHECK(difference(exact_product(rows, weight), rows, widened) < 1e-5);
    }
  }
}

}  // namespace multistate::test
