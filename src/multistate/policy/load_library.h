#pragma once

#include <filesystem>

namespace multistate {

/// dlopen() with all symbols bound at once. An exception of one of the library's global
/// constructors ends in std::terminate(). Returns null when the library cannot be loaded; dlerror()
/// says why.
void* load_library(const std::filesystem::path& library) noexcept;

}  // namespace multistate
