#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "multistate/policy/calibration.h"

namespace multistate {

/// A Calibration as a safetensors file: for layer i the tensors `layers.i.query_directions` [H, D],
/// `.query_means` [H, D], `.query_lengths` [H, R/2] and `.key_means` [G, D] in float32, row-major.
/// Metadata, all text: `schema` (multistate.calibration) and `version` (1), `model_sha256`,
/// `text_sha256`, `document_sha256s` (with blanks between them), `tokens`, and `program`, the
/// version that wrote it.

/// The bytes of such a file; Calibration::sha256 is not looked at.
std::string calibration_bytes(const Calibration& calibration);

/// Throws InputError, which names the file, when it is none, or holds NaN or infinity.
std::shared_ptr<const Calibration> read_calibration(const std::filesystem::path& path);

}  // namespace multistate
