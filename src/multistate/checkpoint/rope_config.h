#pragma once

#include <optional>
#include <string>

#include "multistate/checkpoint/config_keys.h"

namespace multistate {

/// What an architecture takes for granted of RoPE.
struct RotationDefaults {
  double theta = 10000.0;            ///< Where no key says so.
  std::optional<double> share = {};  ///< The same, of a head that turns. Not set: all of it,
                                     ///< whatever keys say, so that others are refused.
};

/// RoPE by `rope_parameters`, or by `rope_scaling` and keys beside it, with all the spellings that
/// config.json has had: the type as `rope_type` or `type`; theta and the rotated share inside or
/// outside, but not two values of either. Types: default, linear, dynamic, llama3, yarn, longrope.
/// Reads the context length from `spec`. Throws InputError with place and value.
RotationSpec read_rotation(ConfigKeys& keys, const DecoderSpec& spec, int64_t head_size,
                           const RotationDefaults& defaults);

/// The same by one object of `rope_parameters`, where kinds of layers have one each.
RotationSpec read_rotation_of(ConfigKeys& keys, const DecoderSpec& spec, int64_t head_size,
                              const RotationDefaults& defaults, const std::string& kind);

/// Whether `rope_parameters` has an object for each kind of layer. False where a rope key is
/// absent.
bool has_rotations_by_kind(ConfigKeys& keys);

}  // namespace multistate
