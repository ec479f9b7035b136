#include "multistate/sweep/signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.h"
#include "support/child.h"

namespace multistate::test::signals_test {
TEST_CASE("the first signal asks to stop, and a second Ctrl-C ends the program") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    INFO(signal);
    const int status = in_child([signal] {
      std::signal(SIGINT, SIG_DFL);
      const StopSignals signals;
      std::raise(signal);
      if (!stop_requested()) {
        ::_exit(1);
      }
      std::raise(SIGINT);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGINT);
  }
}

TEST_CASE("what a batch system sends to stop a job is one request, however often it comes") {
  const int status = in_child([] {
    const StopSignals signals;
    for (const int signal : {SIGUSR1, SIGTERM, SIGTERM, SIGUSR1, SIGHUP, SIGHUP}) {
      std::raise(signal);
    }
    ::_exit(stop_requested() ? 7 : 1);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("a signal that was ignored before, as under nohup, does not stop a sweep") {
  const int status = in_child([] {
    std::signal(SIGHUP, SIG_IGN);
    const StopSignals signals;
    std::raise(SIGHUP);
    std::raise(SIGHUP);
    ::_exit(stop_requested() ? 1 : 0);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a closed pipe does not end a sweep, and does again afterwards") {
  const int status = in_child([] {
    std::signal(SIGPIPE, SIG_DFL);
    {
      const StopSignals signals;
      std::raise(SIGPIPE);
    }
    std::raise(SIGPIPE);
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGPIPE);
}

TEST_CASE(
    "while nothing is half done a signal ends the program at once, with the code that is set") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    INFO(signal);
    const int status = in_child([signal] {
      std::signal(signal, SIG_DFL);
      const ExitSignals signals(75);
      std::raise(signal);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 75);
  }
}

TEST_CASE("from planning through the sweep to what is said at its end every signal has an answer") {
  const int status = in_child([] {
    std::signal(SIGTERM, SIG_DFL);
    ExitSignals signals(75);
    {
      const StopSignals stop;
      std::raise(SIGTERM);
      if (!stop_requested()) {
        ::_exit(1);
      }
    }
    signals.use_code(9);
    std::raise(SIGTERM);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 9);
}

TEST_CASE("a new StopSignals starts without a request, and leaves the handlers as they were") {
  const int status = in_child([] {
    std::signal(SIGTERM, SIG_DFL);
    {
      const StopSignals signals;
      std::raise(SIGTERM);
    }
    const bool before = stop_requested();
    {
      const StopSignals signals;
      if (!before || stop_requested()) {
        ::_exit(1);
      }
    }
    std::raise(SIGTERM);
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}

}  // namespace multistate::test::signals_test
