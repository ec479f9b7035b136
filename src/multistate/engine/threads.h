#pragma once

#include <string>

namespace multistate {

/// Threads that LibTorch (OpenMP) and the BLAS use inside one operation, for the calling thread.
/// Setting LibTorch's alone leaves OpenBLAS at all cores.
void set_intra_op_threads(int threads);

/// The BLAS that is loaded: "OpenBLAS 0.3.21 ...", or "unknown" when it does not say.
std::string blas_description();

/// LibTorch's version: "1.13.0".
std::string libtorch_version();

}  // namespace multistate
