#include "multistate/base/standard_streams.h"

#include <array>
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "multistate/base/file_error.h"
#include "multistate/base/thread_limit.h"

#include "support/catch.h"
#include "support/child.h"
#include "support/input_error.h"

namespace multistate::test::standard_streams_test {

TEST_CASE("a file that is opened never gets the number of a standard stream that was closed") {
  for (int closed = 0; closed < 8; ++closed) {  // Every choice of the three.
    INFO(closed);
    const int status = in_child([closed] {
      for (int stream = 0; stream < 3; ++stream) {
        if ((closed >> stream & 1) != 0) {
          ::close(stream);
        }
      }
      keep_standard_streams_open();
      const int next = ::open("/dev/null", O_RDONLY);
      const bool all_open =
          ::fcntl(0, F_GETFD) >= 0 && ::fcntl(1, F_GETFD) >= 0 && ::fcntl(2, F_GETFD) >= 0;
      ::_exit(next > 2 && all_open ? 0 : 1);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}

TEST_CASE("output that does not fit on the disk is an error, a reader that went away is none") {
  const auto after_printing_to = [](int descriptor) {
    return in_child([descriptor] {
      std::signal(SIGPIPE, SIG_IGN);
      ::dup2(descriptor, STDOUT_FILENO);
      std::fputs("text", stdout);
      try {
        flush_standard_output();
      } catch (const FileError& error) {
        const bool named = std::string(error.what()) ==
                           "standard output: cannot write (write): No space left on device";
        ::_exit(named ? 7 : 1);
      }
      ::_exit(0);
    });
  };
  const int full = ::open("/dev/full", O_WRONLY);
  CHECK(WEXITSTATUS(after_printing_to(full)) == 7);
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  ::close(ends[0]);
  CHECK(WEXITSTATUS(after_printing_to(ends[1])) == 0);
}

TEST_CASE("threads that cannot be made are found out before the work, and counted") {
  CHECK(input_error([] { require_threads(3, "--jobs"); }) == "no error");
  CHECK(input_error([] { require_threads(100'000, "--threads"); }) ==
        "--threads: 100000 threads; at most 1024 are made");
  // Room for the stacks of some threads, not of all.
  const int status = in_child([] {
    std::array<long, 1> pages{};
    std::FILE* statm = std::fopen("/proc/self/statm", "r");
    if (statm == nullptr || std::fscanf(statm, "%ld", pages.data()) != 1) {
      ::_exit(2);
    }
    const auto used = static_cast<rlim_t>(pages[0]) * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
    const rlimit memory = {used + (rlim_t{128} << 20), used + (rlim_t{128} << 20)};
    ::setrlimit(RLIMIT_AS, &memory);
    const std::string error = input_error([] { require_threads(1000, "--jobs"); });
    const bool named =
        error.starts_with("--jobs: 1000 threads; the system lets this process make ");
    ::_exit(named ? 7 : 1);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}

}  // namespace multistate::test::standard_streams_test
