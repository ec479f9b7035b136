#include "multistate/engine/blas_kernels.h"

#include <cstdlib>
#include <string_view>

#include <dlfcn.h>
#include <unistd.h>

namespace multistate {
namespace {

/// Of those of OpenBLAS's names that this CPU can run, the fastest.
std::optional<std::string> fastest_kernels() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return "SkylakeX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return "Haswell";
  }
#endif
  return std::nullopt;
}

}  // namespace

std::optional<std::string> better_blas_kernels() {
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr) {
    return std::nullopt;
  }
  using CoreName = char* (*)();
  const auto core_name = reinterpret_cast<CoreName>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  if (core_name == nullptr || std::string_view(core_name()) != "Prescott") {
    return std::nullopt;
  }
  return fastest_kernels();
}

void use_better_blas_kernels(char** arguments) {
  if (const auto kernels = better_blas_kernels()) {
    // The second time the variable is set, so there is no third.
    setenv("OPENBLAS_CORETYPE", kernels->c_str(), 1);
    execv("/proc/self/exe", arguments);
  }
}

}  // namespace multistate
