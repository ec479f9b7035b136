#pragma once

#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/gguf_reader.h"

namespace multistate {

/// The model of a GGUF file from `general.*` and `<architecture>.*`, validated. Every key of the
/// latter must be one that the architecture understands or be at a value that changes nothing;
/// otherwise throws InputError with key and value.
Blueprint read_gguf_blueprint(const GgufContent& content);

}  // namespace multistate
