#include "multistate/conformance/naive_quantization.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace multistate {
namespace {

/// Numbers that share a range: each becomes the nearest of 2^bits from the least to the largest.
void quantize_numbers(const std::vector<double*>& numbers, int64_t bits) {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (const double* number : numbers) {
    least = std::min(least, *number);
    most = std::max(most, *number);
  }
  const auto zero = static_cast<float>(least);
  const float scale =
      (static_cast<float>(most) - zero) / (std::exp2(static_cast<float>(bits)) - 1.0F);
  for (double* number : numbers) {
    const float code =
        scale == 0.0F ? 0.0F : std::nearbyint((static_cast<float>(*number) - zero) / scale);
    *number = static_cast<double>(zero) + static_cast<double>(scale) * static_cast<double>(code);
  }
}

/// Each channel of each head by itself.
void quantize_keys(const std::vector<NaiveVectors>& group, int64_t bits) {
  for (size_t channel = 0; channel < group.front().key->size(); ++channel) {
    std::vector<double*> numbers;
    numbers.reserve(group.size());
    for (const NaiveVectors& row : group) {
      numbers.push_back(&(*row.key)[channel]);
    }
    quantize_numbers(numbers, bits);
  }
}

/// So many channels of a head at a time; its last ones by themselves.
void quantize_value(std::vector<double>& value, int64_t head_size, const Quantization& how) {
  std::vector<double*> numbers;
  for (size_t i = 0; i < value.size(); ++i) {
    numbers.push_back(&value[i]);
    const bool ends_head = (static_cast<int64_t>(i) + 1) % head_size == 0;
    if (static_cast<int64_t>(numbers.size()) == how.group || ends_head) {
      quantize_numbers(numbers, how.bits);
      numbers.clear();
    }
  }
}

}  // namespace

void quantize_together(const std::vector<NaiveVectors>& rows, int64_t head_size,
                       const Quantization& how) {
  std::vector<NaiveVectors> group;
  for (size_t i = 0; i < rows.size(); ++i) {
    group.push_back(rows[i]);
    if (static_cast<int64_t>(group.size()) == how.group || i + 1 == rows.size()) {
      quantize_keys(group, how.bits);
      group.clear();
    }
    quantize_value(*rows[i].value, head_size, how);
  }
}

}  // namespace multistate
