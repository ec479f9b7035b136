#pragma once

#include <string>

namespace multistate {

/// Threads inside one operation: of OpenBLAS, for the whole process, where that is the BLAS, and
/// LibTorch's own (OpenMP) for the calling thread where it is another. Not both: each waits by
/// spinning, on the cores that the other's are to run on.
void set_intra_op_threads(int threads);

/// The BLAS that is loaded: "OpenBLAS 0.3.21 ...", or "unknown" when it does not say.
std::string blas_description();

/// LibTorch's version: "1.13.0".
std::string libtorch_version();

}  // namespace multistate
