#include "multistate/base/standard_streams.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "multistate/base/file_error.h"

namespace multistate {

int run_with_streams(const std::function<int()>& program) {
  keep_standard_streams_open();
  try {
    const int code = program();
    flush_standard_output();
    return code;
  } catch (const FileError&) {
    throw;
  } catch (const std::system_error& error) {
    // fmt::print throws one that names no file.
    if (std::ferror(stdout) != 0) {
      throw FileError("standard output", "write (write)", error.code());
    }
    throw;
  }
}

void keep_standard_streams_open() {
  // open() takes the lowest free number, so once it gives one above 2 all three are open.
  int descriptor = ::open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) {
    descriptor = ::open("/dev/null", O_RDWR);
  }
  if (descriptor < 0) {
    std::_Exit(2);  // There may be nobody to tell.
  }
  ::close(descriptor);
}

void say(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void flush_standard_output() {
  errno = 0;
  const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (failed && errno != EPIPE) {
    throw FileError("standard output", "write (write)", errno == 0 ? EIO : errno);
  }
}

}  // namespace multistate
