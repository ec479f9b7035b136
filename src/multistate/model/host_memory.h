#pragma once

#include <ATen/core/Tensor.h>

namespace multistate {

/// Between the host, whose loops decide, and the device that multiplies. Where these are one, the
/// CPU, and the numbers are float32, nothing is copied.

/// Whether the host's own loops over floats can run on `x` where it lies: on the CPU, in float32,
/// the numbers of a row together. Everywhere else tensor operations have to do.
bool is_host_floats(const at::Tensor& x);

/// Space on the host for the numbers of `x` in float32: `x` itself where that is on the CPU and in
/// float32. Page-locked for CUDA, which writes to it directly; LibTorch keeps such memory for the
/// next ones, so that none is allocated in the long run.
at::Tensor host_space(const at::Tensor& x);

/// The numbers of `x` there, once the device has computed them.
at::Tensor to_host(const at::Tensor& x);

/// Brings what the host has made of to_host(x), or has written to host_space(x), back to `x`.
/// `host` may be written to again when this returns.
void from_host(const at::Tensor& host, const at::Tensor& x);

}  // namespace multistate
