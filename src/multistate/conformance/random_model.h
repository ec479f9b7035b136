#pragma once

#include <cstdint>
#include <memory>

#include "multistate/conformance/cases.h"
#include "multistate/model/transformer.h"

namespace multistate {

/// Tokens that random_transformer() knows.
inline constexpr int64_t kRandomVocabulary = 64;

/// A small Transformer of two layers with random weights, made without a file. Queries and keys are
/// wide enough that a few rows hold most of the attention.
std::shared_ptr<const Transformer> random_transformer(const Shape& shape, uint64_t seed);

}  // namespace multistate
