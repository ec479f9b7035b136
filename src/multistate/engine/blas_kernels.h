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

/// Starts this program anew, with the arguments of its main(), when that gives it better kernels;
/// else, or when it cannot, returns. To be called before anything has been done.
void use_better_blas_kernels(char** arguments);

}  // namespace multistate
