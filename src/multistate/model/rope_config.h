#pragma once

#include <optional>
#include <string>

#include "multistate/model/config_keys.h"

namespace multistate {

/// RoPE by `rope_parameters`, or by `rope_scaling` and keys beside it, with all the spellings that
/// config.json has had: the type as `rope_type` or `type`; theta and the rotated share inside or
/// outside, but not two values of either. Types: default, linear, dynamic, llama3, yarn, longrope.
/// Reads the context length from `spec`. Throws InputError with place and value.
RotationSpec read_rotation(ConfigKeys& keys, const DecoderSpec& spec, int64_t head_size,
                           double default_theta);

/// The same by one object of `rope_parameters`, where kinds of layers have one each.
RotationSpec read_rotation_of(ConfigKeys& keys, const DecoderSpec& spec, int64_t head_size,
                              double default_theta, const std::string& kind);

/// Whether `rope_parameters` has an object for each kind of layer. False where a rope key is
/// absent.
bool has_rotations_by_kind(ConfigKeys& keys);

}  // namespace multistate
