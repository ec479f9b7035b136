#pragma once

#include <c10/core/Device.h>
#include <c10/core/StreamGuard.h>

namespace multistate {

/// While it lives, what this thread asks of a device is done in order, but beside what other
/// threads ask of it: their copies and the host's decisions for one sample overlap with products
/// for another. On the CPU, where a thread does its own work, it is nothing.
///
/// What threads share has to be complete before they do: see wait_for().
class DeviceStream {
 public:
  explicit DeviceStream(const at::Device& device);

 private:
  c10::OptionalStreamGuard guard_;
};

/// Returns when all is done that this thread has asked the device for.
void wait_for(const at::Device& device);

}  // namespace multistate
