#include "multistate/base/file_descriptor.h"

#include <fcntl.h>

namespace multistate {

FileDescriptor open_to_read(const std::filesystem::path& path, int more_flags) {
  return FileDescriptor(without_interruption(
      [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | more_flags); }));
}

}  // namespace multistate
