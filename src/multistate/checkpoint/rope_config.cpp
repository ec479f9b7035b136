#include "multistate/checkpoint/rope_config.h"

#include <cmath>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/rope_scaling.h"

namespace multistate {
namespace {

using nlohmann::json;

constexpr double kMostTokens = 0x1p31;

/// The object of a rope's parameters with what lies beside it.
struct Rope {
  ConfigKeys keys;
  RotationSpec rotation;
  double context_length = 0.0;
  std::optional<double> original_outside;  ///< 'original_max_position_embeddings' beside it.

  /// Tokens of the first training.
  double original() {
    const auto inside = keys.number("original_max_position_embeddings");
    if (inside && original_outside && *inside != *original_outside) {
      keys.fail("original_max_position_embeddings",
                fmt::format("{} as outside", *original_outside));
    }
    const double tokens = original_outside.value_or(inside.value_or(context_length));
    if (!(tokens >= 1.0 && tokens <= kMostTokens)) {
      throw InputError(
          fmt::format("{}: 'original_max_position_embeddings' is {}; expected 1 to {:.0f}",
                      keys.source(), tokens, kMostTokens));
    }
    return tokens;
  }

  double positive(const char* key) {
    const double value = keys.required_number(key);
    if (!(value > 0.0)) {
      keys.fail(key, "a positive number");
    }
    return value;
  }
};

void read_default(Rope& /*rope*/) {}

void read_linear(Rope& rope) {
  rope.rotation.divisors.assign(static_cast<size_t>(rope.rotation.size / 2),
                                rope.positive("factor"));
}

/// Up to the context length nothing is scaled; beyond it theta grows with the text.
void read_dynamic(Rope& rope) {
  rope.rotation.growth = rope.positive("factor");
  rope.rotation.limit = static_cast<int64_t>(rope.context_length);
  rope.keys.skip({"original_max_position_embeddings"});
}

void read_llama3(Rope& rope) {
  const Llama3Scaling how = {.factor = rope.positive("factor"),
                             .low_freq_factor = rope.positive("low_freq_factor"),
                             .high_freq_factor = rope.positive("high_freq_factor"),
                             .original = rope.original()};
  if (how.high_freq_factor <= how.low_freq_factor) {
    rope.keys.fail("high_freq_factor", "more than 'low_freq_factor'");
  }
  rope.rotation.divisors = llama3_divisors(rope.rotation.frequencies(), how);
}

void read_yarn(Rope& rope) {
  const double original = rope.original();
  YarnScaling how;
  how.original = original;
  how.factor = rope.keys.number("factor").value_or(rope.context_length / original);
  how.beta_fast = rope.keys.number("beta_fast").value_or(how.beta_fast);
  how.beta_slow = rope.keys.number("beta_slow").value_or(how.beta_slow);
  how.truncate = rope.keys.boolean("truncate").value_or(true);
  const auto m = rope.keys.number("mscale");
  const auto all = rope.keys.number("mscale_all_dim");
  const bool both = m.value_or(0.0) != 0.0 && all.value_or(0.0) != 0.0;
  const double usual = both ? yarn_magnitude(how.factor, *m) / yarn_magnitude(how.factor, *all)
                            : yarn_magnitude(how.factor);
  rope.rotation.magnitude = rope.keys.number("attention_factor").value_or(usual);
  rope.rotation.divisors = yarn_divisors(rope.rotation.size, rope.rotation.theta, how);
}

/// Texts up to the original length use the short list, longer ones the long list.
void read_longrope(Rope& rope) {
  const double original = rope.original();
  const auto divisors = rope.keys.numbers("short_factor");
  const auto other = rope.keys.numbers("long_factor");
  if (!divisors || !other) {
    throw InputError(fmt::format("{}: type 'longrope' needs 'short_factor' and 'long_factor'",
                                 rope.keys.source()));
  }
  const double factor = rope.keys.number("factor").value_or(rope.context_length / original);
  rope.rotation.magnitude =
      rope.keys.number("attention_factor").value_or(longrope_magnitude(factor, original));
  rope.rotation.divisors = *divisors;
  if (*divisors != *other) {
    rope.rotation.limit = static_cast<int64_t>(original);
    rope.rotation.long_divisors = *other;
  }
}

const std::map<std::string, std::function<void(Rope&)>>& types() {
  static const std::map<std::string, std::function<void(Rope&)>> all = {
      {"default", read_default}, {"linear", read_linear}, {"dynamic", read_dynamic},
      {"llama3", read_llama3},   {"yarn", read_yarn},     {"longrope", read_longrope}};
  return all;
}

/// A number that may be inside the object or beside it, but not twice with two values.
std::optional<double> inside_or_outside(ConfigKeys& inside, ConfigKeys& outside, const char* key) {
  const auto in = inside.number(key);
  const auto out = outside.number(key);
  if (in && out && *in != *out) {
    throw InputError(fmt::format("{}: '{}' is {}, but '{}' beside it is {}", inside.source(), key,
                                 *in, key, *out));
  }
  return in ? in : out;
}

std::string type_of(ConfigKeys& rope) {
  const auto type = rope.string("rope_type");
  const auto older = rope.string("type");
  if (type && older && *type != *older) {
    rope.fail("type", fmt::format("the same as 'rope_type', '{}'", *type));
  }
  std::string name = type ? *type : older.value_or("default");
  if (!types().contains(name)) {
    std::vector<std::string> known;
    for (const auto& [one, reader] : types()) {
      known.push_back(one);
    }
    throw InputError(fmt::format("{}: the RoPE type {} is not supported; supported: {}",
                                 rope.source(), in_quotes(name), join(known)));
  }
  return name;
}

RotationSpec read_object(ConfigKeys& keys, const json& object, const std::string& place,
                         const DecoderSpec& spec, int64_t head_size,
                         const RotationDefaults& defaults) {
  Rope rope = {.keys = ConfigKeys(object, place),
               .rotation = {},
               .context_length = static_cast<double>(spec.context_length),
               .original_outside = {}};
  if (const auto original = keys.integer("original_max_position_embeddings")) {
    rope.original_outside = static_cast<double>(*original);
  }
  const std::string type = type_of(rope.keys);
  rope.rotation.theta = inside_or_outside(rope.keys, keys, "rope_theta").value_or(defaults.theta);
  const double usual = defaults.share.value_or(1.0);
  const double share = inside_or_outside(rope.keys, keys, "partial_rotary_factor").value_or(usual);
  if (!(share >= 0.0 && share <= 1.0)) {
    throw InputError(
        fmt::format("{}: 'partial_rotary_factor' is {}; expected 0 to 1", place, share));
  }
  if (!defaults.share && share != 1.0) {
    throw InputError(fmt::format(
        "{}: 'partial_rotary_factor' is {}; expected 1: the architecture '{}' turns whole heads",
        place, share, spec.architecture));
  }
  rope.rotation.size = static_cast<int64_t>(static_cast<double>(head_size) * share);
  types().at(type)(rope);
  if (type != "default") {
    rope.rotation.scaling = type;
  }
  rope.keys.check_all_read(fmt::format("RoPE of type '{}'", type));
  return rope.rotation;
}

/// rope_parameters or rope_scaling; an empty object where there is neither.
const json& rope_object(ConfigKeys& keys, std::string& key) {
  static const json none = json::object();
  const json* newer = keys.find("rope_parameters");
  const json* older = keys.find("rope_scaling");
  key = newer != nullptr ? "rope_parameters" : "rope_scaling";
  for (const auto& [name, value] : {std::pair("rope_parameters", newer), {"rope_scaling", older}}) {
    if (value != nullptr && !value->is_object()) {
      keys.fail(name, "an object");
    }
  }
  if (newer != nullptr && older != nullptr && *newer != *older) {
    keys.fail("rope_scaling", "the same as 'rope_parameters', or only one of them");
  }
  return newer != nullptr ? *newer : older != nullptr ? *older : none;
}

}  // namespace

RotationSpec read_rotation(ConfigKeys& keys, const DecoderSpec& spec, int64_t head_size,
                           const RotationDefaults& defaults) {
  std::string key;
  const json& object = rope_object(keys, key);
  return read_object(keys, object, fmt::format("{}: '{}'", keys.source(), key), spec, head_size,
                     defaults);
}

RotationSpec read_rotation_of(ConfigKeys& keys, const DecoderSpec& spec, int64_t head_size,
                              const RotationDefaults& defaults, const std::string& kind) {
  std::string key;
  const json& objects = rope_object(keys, key);
  const auto found = objects.find(kind);
  if (found == objects.end() || !found->is_object()) {
    throw InputError(fmt::format("{}: '{}' has no object '{}', the RoPE of a kind of layers",
                                 keys.source(), key, kind));
  }
  return read_object(keys, *found, fmt::format("{}: '{}.{}'", keys.source(), key, kind), spec,
                     head_size, defaults);
}

bool has_rotations_by_kind(ConfigKeys& keys) {
  std::string key;
  const json& object = rope_object(keys, key);
  return !object.empty() && object.begin()->is_object();
}

}  // namespace multistate
