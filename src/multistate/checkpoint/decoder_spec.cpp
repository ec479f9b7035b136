#include "multistate/checkpoint/decoder_spec.h"

#include <algorithm>
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
constexpr int64_t kMostLayers = 10000;
constexpr int64_t kLargestHead = 8192;

void check_size(const std::string& source, std::string_view name, int64_t value,
                int64_t most = kLargestSize) {
  if (value < 1 || value > most) {
    throw InputError(fmt::format("{}: {} is {}; allowed are 1 to {}", source, name, value, most));
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

void check_rotation(const std::string& source, const AttentionSpec& attention) {
  const RotationSpec& rotation = attention.rotation;
  check_positive(source, "the RoPE theta", rotation.theta);
  check_positive(source, "the factor of rotated elements", rotation.magnitude);
  if (rotation.size < 0 || rotation.size > attention.head_size || rotation.size % 2 != 0) {
    throw InputError(
        fmt::format("{}: RoPE turns {} of {} elements of a head; expected an even number of them",
                    source, rotation.size, attention.head_size));
  }
  if (!rotation.divisors.empty() &&
      static_cast<int64_t>(rotation.divisors.size()) != rotation.size / 2) {
    throw InputError(fmt::format("{}: {} factors of RoPE's frequencies, which are {}", source,
                                 rotation.divisors.size(), rotation.size / 2));
  }
  for (const auto* divisors : {&rotation.divisors, &rotation.long_divisors}) {
    for (const double divisor : *divisors) {
      check_positive(source, "a factor of RoPE's frequencies", divisor);
    }
  }
  if (rotation.limit && !rotation.growth &&
      rotation.long_divisors.size() != rotation.divisors.size()) {
    throw InputError(
        fmt::format("{}: {} factors of RoPE's frequencies in long texts and {} in "
                    "short ones",
                    source, rotation.long_divisors.size(), rotation.divisors.size()));
  }
  if (rotation.growth && rotation.size == 2) {
    throw InputError(
        fmt::format("{}: RoPE scaling '{}' of 2 elements of a head; expected 4 or more", source,
                    rotation.scaling));
  }
}

void check_attention(const std::string& source, const AttentionSpec& attention) {
  check_size(source, "the number of query heads", attention.heads);
  check_size(source, "the number of key/value heads", attention.kv_heads);
  check_size(source, "the head size", attention.head_size, kLargestHead);
  if (attention.heads % attention.kv_heads != 0) {
    throw InputError(fmt::format("{}: {} query heads cannot be shared out among {} key/value heads",
                                 source, attention.heads, attention.kv_heads));
  }
  check_positive(source, "the scale of attention", attention.scale);
  check_rotation(source, attention);
  if (attention.logit_cap) {
    check_positive(source, "the cap of attention logits", *attention.logit_cap);
  }
  if (attention.window && *attention.window < 2) {
    throw InputError(fmt::format("{}: the sliding window is {}; expected 2 or more tokens", source,
                                 *attention.window));
  }
}

}  // namespace

std::vector<double> RotationSpec::frequencies() const {
  std::vector<double> all(static_cast<size_t>(size / 2));
  for (size_t i = 0; i < all.size(); ++i) {
    all[i] = std::pow(theta, -static_cast<double>(i) / static_cast<double>(all.size())) /
             (divisors.empty() ? 1.0 : divisors[i]);
  }
  return all;
}

RotationSpec RotationSpec::of_text(int64_t tokens) const {
  RotationSpec rotation = *this;
  rotation.limit.reset();
  rotation.long_divisors.clear();
  rotation.growth.reset();
  if (!limit || tokens <= *limit) {
    return rotation;
  }
  if (growth) {
    const double ratio = static_cast<double>(tokens) / static_cast<double>(*limit);
    const auto turned = static_cast<double>(size);
    rotation.theta *= std::pow(*growth * ratio - *growth + 1.0, turned / (turned - 2.0));
  } else {
    rotation.divisors = long_divisors;
  }
  return rotation;
}

std::optional<int64_t> DecoderSpec::smallest_window() const {
  std::optional<int64_t> smallest;
  for (const LayerSpec& one : layers) {
    if (one.attention.window) {
      smallest = std::min(smallest.value_or(*one.attention.window), *one.attention.window);
    }
  }
  return smallest;
}

int64_t DecoderSpec::row_bytes(int64_t element) const {
  int64_t bytes = 0;
  for (const LayerSpec& one : layers) {
    bytes += 2 * one.attention.kv_heads * one.attention.head_size * element;
  }
  return bytes;
}

void DecoderSpec::validate(const std::string& source) const {
  check_layer_count(source, layer_count());
  check_size(source, "the hidden size", hidden_size);
  check_size(source, "the vocabulary size", vocabulary_size);
  check_size(source, "the context length", context_length);
  check_positive(source, "the epsilon of the norms", norm_epsilon);
  const std::array<std::pair<std::string_view, double>, 2> factors = {
      {{"the factor of the embedding", embedding_multiplier},
       {"the factor of the logits", logit_multiplier}}};
  for (const auto& [what, value] : factors) {
    check_positive(source, what, value);
  }
  if (logit_cap) {
    check_positive(source, "the cap of the logits", *logit_cap);
  }
  check_product(source, "the embedding", {vocabulary_size, hidden_size});
  for (const LayerSpec& one : layers) {
    check_attention(source, one.attention);
    check_size(source, "the intermediate size", one.mlp.size);
    check_positive(source, "the factor of the residual", one.residual_multiplier);
    check_product(source, "the query weights of all layers",
                  {layer_count(), one.attention.heads, one.attention.head_size, hidden_size});
    check_product(source, "the MLP weights of all layers",
                  {layer_count(), 3, one.mlp.size, hidden_size});
  }
}

void check_layer_count(const std::string& source, int64_t layers) {
  check_size(source, "the number of layers", layers, kMostLayers);
}

const RotationSpec* DecoderSpec::rotation_of_long_texts(int64_t tokens) const {
  for (const LayerSpec& one : layers) {
    const RotationSpec& rotation = one.attention.rotation;
    if (rotation.limit && tokens > *rotation.limit) {
      return &rotation;
    }
  }
  return nullptr;
}

void DecoderSpec::set_window(int64_t window, const std::string& source) {
  if (!windows_unstated) {
    const auto stated = smallest_window();
    throw InputError(fmt::format(
        "{}: model.sliding_window is {}, but the file states its windows itself: {}", source,
        window, stated ? fmt::format("{} tokens", *stated) : std::string("it has none")));
  }
  if (window < 2) {
    throw InputError(
        fmt::format("{}: model.sliding_window is {}; expected 2 or more tokens", source, window));
  }
  for (LayerSpec& one : layers) {
    one.attention.window = window;
  }
}

}  // namespace multistate
