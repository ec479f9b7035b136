// Numbers in few bits, on cases worked by hand.

#include "multistate/state/quantization.h"

#include <cmath>

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "multistate/base/random.h"

#include "support/torch.h"

namespace multistate::test::quantization_test {
namespace {

using Bytes = std::vector<uint8_t>;
using Floats = std::vector<float>;

at::Tensor bytes(const Bytes& values) {
  return at::tensor(std::vector<int64_t>(values.begin(), values.end()), at::kLong).to(at::kByte);
}

Bytes bytes_of(const at::Tensor& tensor) {
  const auto flat = tensor.contiguous();
  return {flat.data_ptr<uint8_t>(), flat.data_ptr<uint8_t>() + flat.numel()};
}

Floats floats_of(const at::Tensor& tensor) {
  const auto flat = tensor.contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

}  // namespace

TEST_CASE("two bits: four steps from the least to the largest") {
  const auto numbers = quantize(at::tensor(Floats{-1, -0.4F, 1.6F, 2}), 0, 2);
  // Steps of (2 - -1) / 3 = 1 from -1: 0, 0.6, 2.6 and 3 of them.
  CHECK(floats_of(numbers.zero) == Floats{-1});
  CHECK(floats_of(numbers.scale) == Floats{1});
  CHECK(bytes_of(numbers.codes) == Bytes{0, 1, 3, 3});
  CHECK(floats_of(dequantize(numbers)) == Floats{-1, 0, 2, 2});
}

TEST_CASE("a number in the middle goes to the even code") {
  const auto numbers = quantize(at::tensor(Floats{0, 0.5F, 1.5F, 2.5F, 15}), 0, 4);
  CHECK(floats_of(numbers.scale) == Floats{1});
  CHECK(bytes_of(numbers.codes) == Bytes{0, 0, 2, 2, 15});
}

TEST_CASE("numbers that are all equal stay what they are") {
  const auto numbers = quantize(at::tensor(Floats{0.7F, 0.7F, 0.7F}), 0, 2);
  CHECK(bytes_of(numbers.codes) == Bytes{0, 0, 0});
  CHECK(floats_of(dequantize(numbers)) == Floats{0.7F, 0.7F, 0.7F});
}

TEST_CASE("numbers share a range along the dimension that is named, and no other") {
  const auto rows = at::tensor(Floats{0, 10, 3, 40}).view({2, 2});
  // By column: 0 to 3, and 10 to 40.
  const auto by_column = quantize(rows, 0, 2);
  CHECK(floats_of(by_column.zero) == Floats{0, 10});
  CHECK(floats_of(by_column.scale) == Floats{1, 10});
  CHECK(bytes_of(by_column.codes) == Bytes{0, 0, 3, 3});
  // By row: 0 to 10, and 3 to 40.
  CHECK(floats_of(quantize(rows, 1, 2).zero) == Floats{0, 3});
}

TEST_CASE("what is left of a number is within half a step of it") {
  Random random({5});
  for (const int64_t bits : {2, 4, 8}) {
    for (int round = 0; round < 50; ++round) {
      Floats x;
      for (int i = 0; i < 64; ++i) {
        x.push_back(static_cast<float>(std::exp(20.0 * random.uniform() - 10.0) *
                                       (random.uniform() - 0.5)));
      }
      const auto found = floats_of(dequantize(quantize(at::tensor(x), 0, bits)));
      const auto [least, most] = std::minmax_element(x.begin(), x.end());
      const double step = (static_cast<double>(*most) - static_cast<double>(*least)) /
                          static_cast<double>((1 << bits) - 1);
      for (size_t i = 0; i < x.size(); ++i) {
        // Rounding in single precision: of the quotient, at most 2^bits, and of the result.
        CHECK(std::abs(static_cast<double>(found[i]) - static_cast<double>(x[i])) <=
              step / 2 * (1.0 + 1e-4));
      }
    }
  }
}

TEST_CASE("codes lie side by side in bytes, the first ones in the lowest bits") {
  // Two bytes: codes 0 and 1 in bits 0 and 1, codes 2 and 3 in bits 2 and 3, code 4 in bits 4, 5:
  // 1 + 4 * 3 + 16 * 2 and 2 + 4 * 0.
  CHECK(bytes_of(pack(bytes({1, 2, 3, 0, 2}), 2)) == Bytes{45, 2});
  CHECK(floats_of(unpack(bytes({45, 2}), 5, 2)) == Floats{1, 2, 3, 0, 2});
  // 9 + 16 * 15, 4
  CHECK(bytes_of(pack(bytes({9, 4, 15}), 4)) == Bytes{249, 4});
  CHECK(floats_of(unpack(bytes({249, 4}), 3, 4)) == Floats{9, 4, 15});
  CHECK(bytes_of(pack(bytes({200, 7}), 8)) == Bytes{200, 7});
  CHECK(packed_size(5, 2) == 2);
  CHECK(packed_size(8, 2) == 2);
  CHECK(packed_size(3, 4) == 2);
  CHECK(packed_size(3, 8) == 3);
}

TEST_CASE("every row of a tensor is packed by itself") {
  const auto packed = pack(bytes({1, 2, 3, 4, 5, 6}).view({2, 3}), 4);
  CHECK(packed.sizes() == at::IntArrayRef({2, 2}));
  CHECK(bytes_of(packed) == Bytes{1 + 16 * 3, 2, 4 + 16 * 6, 5});
  CHECK(floats_of(unpack(packed, 3, 4)) == Floats{1, 2, 3, 4, 5, 6});
}

}  // namespace multistate::test::quantization_test
