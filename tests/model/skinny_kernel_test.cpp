#include "multistate/model/skinny_kernel.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.h"

namespace multistate::test::skinny_kernel_test {
namespace {

uint16_t upper_half(float number) {
  uint32_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return static_cast<uint16_t>(bits >> 16);
}

float number(float stored) {
  return stored;
}

float number(uint16_t stored) {
  const uint32_t bits = static_cast<uint32_t>(stored) << 16;
  float wide = 0.0F;
  std::memcpy(&wide, &bits, sizeof wide);
  return wide;
}

void store(float value, float& to) {
  to = value;
}

void store(float value, uint16_t& to) {
  to = upper_half(value);
}

constexpr float kUntouched = 77.0F;

/// The largest difference of a product to sums in double precision; infinity where something beside
/// the product was written.
template <class Kernel, class T>
double difference(int64_t rows, int64_t in, int64_t outputs, WeightOrder order) {
  std::mt19937 engine(static_cast<uint32_t>(rows * 1000 + in * 10 + outputs));
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  // Strides that are longer than what they separate.
  const bool by_input = order == WeightOrder::kByInput;
  const int64_t stride = (by_input ? outputs : in) + 3;
  std::vector<T> numbers(static_cast<size_t>((by_input ? in : outputs) * stride));
  for (T& one : numbers) {
    store(uniform(engine), one);
  }
  const int64_t x_stride = in + 2;
  std::vector<float> x(static_cast<size_t>(rows * x_stride));
  for (float& one : x) {
    one = uniform(engine);
  }
  const int64_t out_stride = outputs + 5;
  std::vector<float> out(static_cast<size_t>(rows * out_stride), kUntouched);
  Kernel::template run<T>({x.data(), rows, x_stride}, {numbers.data(), order, in, stride}, outputs,
                          {out.data(), rows, out_stride});
  double most = 0.0;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t output = 0; output < out_stride; ++output) {
      const float found = out[static_cast<size_t>(row * out_stride + output)];
      if (output >= outputs) {
        most = found == kUntouched ? most : std::numeric_limits<double>::infinity();
        continue;
      }
      double sum = 0.0;
      for (int64_t k = 0; k < in; ++k) {
        const int64_t at = by_input ? k * stride + output : output * stride + k;
        sum += static_cast<double>(x[static_cast<size_t>(row * x_stride + k)]) *
               static_cast<double>(number(numbers[static_cast<size_t>(at)]));
      }
      most = std::max(most, std::abs(sum - static_cast<double>(found)));
    }
  }
  return most;
}

template <class Kernel>
void check() {
  for (const WeightOrder order : {WeightOrder::kByInput, WeightOrder::kByOutput}) {
    for (int64_t rows = 1; rows <= kSkinnyRows; ++rows) {
      for (const int64_t in : {1, 16, 35, 70}) {
        for (const int64_t outputs : {1, 7, 32, 75}) {
          CAPTURE(rows, in, outputs, order == WeightOrder::kByInput);
          CHECK(difference<Kernel, float>(rows, in, outputs, order) < 2e-5);
          CHECK(difference<Kernel, uint16_t>(rows, in, outputs, order) < 2e-5);
        }
      }
    }
  }
}

}  // namespace

// Compiled here without wide instructions, which changes speed alone.
TEST_CASE("skinny products are right for every width of vectors, number of rows and remainder") {
  check<SkinnyKernel<4, 4, 2>>();
  check<SkinnyKernel<8, 4, 3>>();
  check<SkinnyKernel<16, 8, 2>>();
}

}  // namespace multistate::test::skinny_kernel_test
