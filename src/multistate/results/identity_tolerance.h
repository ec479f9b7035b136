#pragma once

#include <string>

namespace multistate {

/// How far two runs of one cell id may lie apart, relative: the order of floating-point sums
/// depends on the BLAS kernels of the CPU and on which cells of a sweep share a prefix. Measured in
/// float32: losses of samples agree within 1.4e-6 nats a token (4e-7, relative). The tolerance,
/// 1e-5, leaves room for longer samples and other kernels; what changes a result on purpose moves
/// it by far more. A policy may decide a near tie the other way on other kernels: that is a change.
/// `dtype`: as in config.model. Throws InputError for another one.
double identity_tolerance(const std::string& dtype);

/// Below this magnitude (nats a token, for losses) differences count as absolute: a value near zero
/// has no meaningful relative difference.
inline constexpr double kIdentityFloor = 0.1;

/// |a - b| by the larger magnitude of both, or by kIdentityFloor * scale where both are smaller.
/// `scale`: of a sum over a sample, its denominator; of a value, 1. 0 for equal values, two NaNs
/// and equal infinities included; infinity where only one of them is a finite number.
double identity_distance(double a, double b, double scale);

}  // namespace multistate
