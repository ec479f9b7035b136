// Test programs that run models do so with the kernels that `multistate` itself runs on.

#include "multistate/engine/blas_kernels.h"

namespace {

/// Before main(), which is Catch2's: glibc calls constructors with main's arguments.
[[gnu::constructor]] void use_kernels(int /*argc*/, char** argv) {
  multistate::use_better_blas_kernels(argv);
}

}  // namespace
