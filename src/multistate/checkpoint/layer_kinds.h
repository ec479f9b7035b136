#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/checkpoint/decoder_spec.h"

namespace multistate {

/// Layers of a decoder that are alike.
struct LayerKind {
  std::vector<int64_t> layers;  ///< Their numbers, from 0.
  LayerSpec spec;
};

/// In the order of their first layers.
std::vector<LayerKind> layer_kinds(const DecoderSpec& spec);

/// Name and value of each line of a description for people: the number of layers, each kind with
/// window and RoPE, then attention, norms and MLP, once where all kinds have the same.
std::vector<std::pair<std::string, std::string>> describe_layers(const DecoderSpec& spec);

/// One object a kind.
nlohmann::json layer_kinds_json(const DecoderSpec& spec);

}  // namespace multistate
