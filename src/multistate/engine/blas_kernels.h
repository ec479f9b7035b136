#pragma once

#include <optional>
#include <string>

namespace multistate {

/// OpenBLAS chooses its kernels by the model number of the CPU; one that is newer than the library
/// gets those of a Prescott (SSE3), several times slower than the CPU allows. When that has
/// happened: the value of OPENBLAS_CORETYPE for which the CPU has all instructions. The variable is
/// read while the program is loaded, so it helps the next start only.
/// None when the choice is sound, the user has made it, or the BLAS is another.
std::optional<std::string> better_blas_kernels();

}  // namespace multistate
