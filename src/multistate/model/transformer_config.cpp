#include "multistate/model/transformer_config.h"

#include <array>
#include <cmath>
#include <initializer_list>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

/// Far beyond any model there is; keeps indices of rows and columns clear of every limit.
constexpr int64_t kLargestSize = int64_t{1} << 31;

void check_size(const std::string& source, std::string_view name, int64_t value) {
  if (value < 1 || value > kLargestSize) {
    throw InputError(
        fmt::format("{}: {} is {}; allowed are 1 to {}", source, name, value, kLargestSize));
  }
}

void check_positive(const std::string& source, std::string_view name, double value) {
  if (!std::isfinite(value) || value <= 0.0) {
    throw InputError(fmt::format("{}: {} is {}; expected a positive number", source, name, value));
  }
}

void check_product(const std::string& source, std::string_view what,
                   std::initializer_list<int64_t> factors) {
  int64_t product = sizeof(float);
  for (const int64_t factor : factors) {
    if (__builtin_mul_overflow(product, factor, &product)) {
      throw InputError(fmt::format("{}: {} would take more than 2^63 bytes", source, what));
    }
  }
}

}  // namespace

void TransformerConfig::validate(const std::string& source) const {
  const std::array<std::pair<std::string_view, int64_t>, 8> sizes = {{
      {"the number of layers", layers},
      {"the number of query heads", heads},
      {"the number of key/value heads", kv_heads},
      {"the head size", head_size},
      {"the hidden size", hidden_size},
      {"the intermediate size", intermediate_size},
      {"the vocabulary size", vocabulary_size},
      {"the context length", context_length},
  }};
  for (const auto& [what, value] : sizes) {
    check_size(source, what, value);
  }
  check_positive(source, "the epsilon of the norms", norm_epsilon);
  check_positive(source, "the RoPE theta", rope_theta);
  if (heads % kv_heads != 0) {
    throw InputError(fmt::format("{}: {} query heads cannot be shared out among {} key/value heads",
                                 source, heads, kv_heads));
  }
  if (head_size % 2 != 0) {
    throw InputError(
        fmt::format("{}: the head size is {}; RoPE needs an even one", source, head_size));
  }
  check_product(source, "the embedding", {vocabulary_size, hidden_size});
  check_product(source, "the query weights of all layers", {layers, heads, head_size, hidden_size});
  check_product(source, "the MLP weights of all layers",
                {layers, 3, intermediate_size, hidden_size});
}

}  // namespace multistate
