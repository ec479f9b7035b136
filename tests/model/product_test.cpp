#include "multistate/model/product.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>

#include "multistate/model/skinny_product.h"

#include "support/torch.h"

namespace multistate::test::product_test {
namespace {

/// The largest difference to the product in double precision.
double difference(const at::Tensor& found, const at::Tensor& x, const at::Tensor& weight) {
  const auto expected = at::matmul(x.to(at::kDouble), weight.to(at::kDouble));
  return found.to(at::kDouble).sub(expected).abs().max().item<double>();
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

TEST_CASE("few rows by a weight in bfloat16 are not rounded, many are unless it is widened") {
  for (const int64_t size : {1, 4, 7, 33, 70}) {
    for (const int64_t outputs : {5, 67}) {
      const auto stored = at::randn({size, outputs}, at::kFloat).to(at::kBFloat16);
      const auto transposed = at::randn({outputs, size}, at::kFloat).to(at::kBFloat16).t();
      const auto strided =
          at::randn({size, 2 * outputs}, at::kFloat).to(at::kBFloat16).narrow(1, 2, outputs);
      for (const at::Tensor& weight : {stored, transposed, strided}) {
        const auto few = at::randn({kSkinnyRows, size}, at::kFloat);
        const auto many = at::randn({kSkinnyRows + 1, size}, at::kFloat);
        const auto widened = weight.to(at::kFloat);
        CHECK(product(few, weight).scalar_type() == at::kFloat);
        CHECK(difference(product(few, weight), few, widened) < 1e-4);
        CHECK(product(many, weight).scalar_type() == at::kFloat);
        // LibTorch 1.13 adds up products as small as these in bfloat16.
        CHECK(difference(product(many, weight), many, widened) < 1.0);
        CHECK(difference(exact_product(few, weight), few, widened) < 1e-4);
        CHECK(difference(exact_product(many, weight), many, widened) < 1e-4);
      }
    }
  }
}

TEST_CASE("few rows give the same by a weight in bfloat16 and by its numbers in float32") {
  for (const int64_t size : {8, 24, 64}) {
    for (const auto& half : {at::randn({size, 40}, at::kFloat).to(at::kBFloat16),
                             at::randn({40, size}, at::kFloat).to(at::kBFloat16).t()}) {
      const auto x = at::randn({5, size}, at::kFloat);
      CHECK(product(x, half).equal(product(x, half.to(at::kFloat))));
    }
  }
}

TEST_CASE("products of a batch widen rows in half precision, few and many rows alike") {
  for (const int64_t rows : {int64_t{3}, kSkinnyRows + 1}) {
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      const auto x = at::randn({2, rows, 9}, at::kFloat);
      // As rows of a cache lie: a row of all heads after the other.
      const auto stored = at::randn({11, 2, 9}, at::kFloat).to(type);
      const auto weight = stored.permute({1, 2, 0});
      auto out = at::empty({2, rows, 11}, at::kFloat);
      batched_product(x, weight, out);
      for (int64_t i = 0; i < 2; ++i) {
        CHECK(difference(out.select(0, i), x.select(0, i), weight.select(0, i)) < 1e-5);
      }
    }
  }
}

TEST_CASE("with threads of its own BLAS multiplies few rows, too") {
  const auto x = at::randn({3, 9}, at::kFloat);
  const auto weight = at::randn({9, 5}, at::kFloat);
  let_blas_use_threads(true);
  for (const int64_t rows : {1, 3}) {
    const auto few = x.narrow(0, 0, rows);
    CHECK(difference(product(few, weight), few, weight) < 1e-5);
    CHECK(difference(exact_product(few, weight), few, weight) < 1e-5);
  }
  let_blas_use_threads(false);
}

}  // namespace multistate::test::product_test
