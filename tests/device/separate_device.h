#pragma once

#include <ATen/core/Tensor.h>

namespace multistate::test {

/// A device whose memory the host can neither read nor write, for machines that have none: what a
/// tensor of it holds lies in pages of its own, which are accessible only while the device itself
/// copies from or to them; a new one is full of NaN. Operations are the CPU's, on copies, so that
/// results are the CPU's as well. It is LibTorch's device type for backends outside its tree.
///
/// Code that forgets to bring numbers to the host or back fails as it would with a card, and not as
/// seldom: a pointer into the memory of the device ends the process (SIGSEGV), and an operation on
/// tensors of both throws c10::Error.
at::Device separate_device();

/// How many streams of its own a thread has asked the device for so far, in the whole process, and
/// whether the calling thread's work goes to one of these now.
int64_t streams_made();
bool has_stream_of_its_own();

}  // namespace multistate::test
