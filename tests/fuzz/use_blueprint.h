#pragma once

#include "multistate/checkpoint/architecture.h"

namespace multistate::fuzz {

/// Does what opening and running a model does with what its file says of it, but for the weights.
inline void use_blueprint(const Blueprint& blueprint) {
  const DecoderSpec& spec = blueprint.spec;
  for (const WeightId& id : weights_of(spec)) {
    const WeightPlace place = blueprint.layout.place(spec, id);
    place.stored_row(place.rows() - 1);
  }
  spec.row_bytes(sizeof(float));
  for (const int64_t tokens : {int64_t{1}, spec.context_length, 2 * spec.context_length}) {
    spec.rotation_of_long_texts(tokens);
    spec.layers.front().attention.rotation.of_text(tokens).frequencies();
  }
}

}  // namespace multistate::fuzz
