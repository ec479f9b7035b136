#include "multistate/policy/load_library.h"

#include <dlfcn.h>

namespace multistate {

void* load_library(const std::filesystem::path& library) noexcept {
  // dlopen() is declared as one that throws nothing, so that Clang leaves out what would stop an
  // exception, which would end anywhere above. Volatile: no compiler knows which function this is.
  void* (*volatile const open)(const char*, int) = ::dlopen;
  return open(library.c_str(), RTLD_NOW | RTLD_LOCAL);
}

}  // namespace multistate
