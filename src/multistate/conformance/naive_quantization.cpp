#include "multistate/conformance/naive_quantization.h"

#include <algorithm>
#include <cmath>

namespace multistate {

void quantize_naively(const std::vector<double*>& numbers, int64_t bits) {
  const auto least = [](const double* a, const double* b) { return *a < *b; };
  const auto zero = static_cast<float>(**std::min_element(numbers.begin(), numbers.end(), least));
  const auto most = static_cast<float>(**std::max_element(numbers.begin(), numbers.end(), least));
  const float scale = (most - zero) / (std::exp2(static_cast<float>(bits)) - 1.0F);
  for (double* number : numbers) {
    const float steps = (static_cast<float>(*number) - zero) / scale;
    *number = scale == 0.0F
                  ? static_cast<double>(zero)
                  : static_cast<double>(zero) +
                        static_cast<double>(scale) * static_cast<double>(std::nearbyint(steps));
  }
}

}  // namespace multistate
