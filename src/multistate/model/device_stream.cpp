#include "multistate/model/device_stream.h"

#include <c10/core/impl/VirtualGuardImpl.h>

namespace multistate {

DeviceStream::DeviceStream(const at::Device& device) {
  if (!device.is_cpu()) {
    guard_.reset_stream(c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device));
  }
}

void wait_for(const at::Device& device) {
  if (!device.is_cpu()) {
    c10::impl::VirtualGuardImpl(device.type()).getStream(device).synchronize();
  }
}

}  // namespace multistate
