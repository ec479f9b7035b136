#include "multistate/checkpoint/rope_gguf.h"

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/rope_scaling.h"

namespace multistate {
namespace {

constexpr double kDefaultTheta = 10000.0;  // The format's, when the key is absent.

/// The factors in the tensor `name`, if it is there.
std::vector<double> read_factors(GgufKeys& keys, const char* name, const RotationSpec& rotation,
                                 WeightLayout& layout) {
  const GgufTensor* tensor = keys.tensor(name);
  if (tensor == nullptr) {
    return {};
  }
  if (tensor->elements != rotation.size / 2) {
    throw InputError(fmt::format("{}: tensor {} has {} elements; RoPE has {} frequencies",
                                 keys.source(), in_quotes(name), tensor->elements,
                                 rotation.size / 2));
  }
  layout.also(name);
  std::vector<float> factors(static_cast<size_t>(tensor->elements));
  tensor->type->decode(tensor->data, factors);
  return {factors.begin(), factors.end()};
}

double positive(GgufKeys& keys, const char* name) {
  const double value = keys.required_number(name);
  if (!(value > 0.0)) {
    keys.fail(name, "a positive number");
  }
  return value;
}

void read_yarn(GgufKeys& keys, const DecoderSpec& spec, RotationSpec& rotation) {
  YarnScaling how;
  how.factor = positive(keys, "rope.scaling.factor");
  how.original = static_cast<double>(
      keys.integer("rope.scaling.original_context_length").value_or(spec.context_length));
  how.beta_fast = keys.number("rope.scaling.yarn_beta_fast").value_or(how.beta_fast);
  how.beta_slow = keys.number("rope.scaling.yarn_beta_slow").value_or(how.beta_slow);
  const double multiplier = keys.number("rope.scaling.attn_factor").value_or(1.0);
  rotation.magnitude = multiplier * yarn_magnitude(how.factor);
  rotation.divisors = yarn_divisors(rotation.size, rotation.theta, how);
  keys.skip("rope.scaling.finetuned");
}

/// The short list holds up to the original length, the long one beyond.
void read_longrope(GgufKeys& keys, const DecoderSpec& spec, RotationSpec& rotation,
                   WeightLayout& layout) {
  rotation.divisors = read_factors(keys, "rope_factors_short.weight", rotation, layout);
  const auto other = read_factors(keys, "rope_factors_long.weight", rotation, layout);
  if (rotation.divisors.empty() || other.empty()) {
    throw InputError(
        fmt::format("{}: RoPE scaling 'longrope' needs the tensors "
                    "'rope_factors_short.weight' and 'rope_factors_long.weight'",
                    keys.source()));
  }
  const int64_t original =
      keys.integer("rope.scaling.original_context_length").value_or(spec.context_length);
  rotation.magnitude = keys.number("rope.scaling.attn_factor")
                           .value_or(longrope_magnitude(static_cast<double>(spec.context_length) /
                                                            static_cast<double>(original),
                                                        static_cast<double>(original)));
  if (rotation.divisors != other) {
    rotation.limit = original;
    rotation.long_divisors = other;
  }
  rotation.scaling = "longrope";
}

}  // namespace

RotationSpec read_gguf_rotation(GgufKeys& keys, const DecoderSpec& spec, int64_t head_size,
                                WeightLayout& layout) {
  RotationSpec rotation;
  rotation.theta = keys.number("rope.freq_base").value_or(kDefaultTheta);
  rotation.size = keys.integer("rope.dimension_count").value_or(head_size);
  if (rotation.size < 0 || rotation.size > head_size || rotation.size % 2 != 0) {
    throw InputError(
        fmt::format("{}: RoPE turns {} of {} elements of a head; expected an even number of them",
                    keys.source(), rotation.size, head_size));
  }
  const std::string type = keys.string("rope.scaling.type").value_or("none");
  if (keys.tensor("rope_factors_short.weight") != nullptr) {
    read_longrope(keys, spec, rotation, layout);
  } else if (type == "linear") {
    rotation.divisors.assign(static_cast<size_t>(rotation.size / 2),
                             positive(keys, "rope.scaling.factor"));
    rotation.scaling = type;
  } else if (type == "yarn") {
    read_yarn(keys, spec, rotation);
    rotation.scaling = type;
  } else if (type != "none") {
    keys.fail("rope.scaling.type", "'none', 'linear', 'yarn', 'longrope'");
  }
  const auto factors = read_factors(keys, "rope_freqs.weight", rotation, layout);
  if (!factors.empty() && !rotation.divisors.empty()) {
    throw InputError(
        fmt::format("{}: RoPE has both factors of its frequencies "
                    "('rope_freqs.weight') and scaling '{}'",
                    keys.source(), rotation.scaling));
  }
  if (!factors.empty()) {
    rotation.divisors = factors;
    rotation.scaling = "factors in the file";
  }
  return rotation;
}

}  // namespace multistate
