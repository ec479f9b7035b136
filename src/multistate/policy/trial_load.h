#pragma once

#include <filesystem>

namespace multistate {

/// Loads a shared library in a child process, which ends at once. The system's loader believes what
/// a file says of itself, and a damaged one takes the process with it that loads it; so may a
/// library's global constructors. Throws InputError that names file and signal when the child died
/// of one. Everything else that can be wrong is found out, with its reason, by loading it for good.
void try_to_load(const std::filesystem::path& library);

}  // namespace multistate
