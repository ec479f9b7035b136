#include "multistate/base/log.h"

#include <array>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "multistate/base/terminal.h"

#include "support/catch.h"
#include "support/environment.h"
#include "support/input_error.h"

namespace multistate::test::log_test {
namespace {

using test::EnvironmentVariable;
using test::input_error;
using Lines = std::vector<std::string>;

/// Collects what is logged, and puts sink and level back at the end.
class Collector {
 public:
  Collector() : level_(log_level()) {
    previous_ = set_log_sink([this](LogLevel level, std::string_view message) {
      lines_.push_back(format_log_line(level, message, false));
    });
  }
  ~Collector() {
    set_log_sink(previous_);
    set_log_level(level_);
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  const Lines& lines() const { return lines_; }

 private:
  LogLevel level_;
  LogSink previous_;
  Lines lines_;
};

/// A pseudo-terminal of 24 lines and 100 columns.
class Terminal {
 public:
  Terminal() : control_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(control_ >= 0);
    REQUIRE(::grantpt(control_) == 0);
    REQUIRE(::unlockpt(control_) == 0);
    end_ = ::open(::ptsname(control_), O_RDWR | O_NOCTTY);
    REQUIRE(end_ >= 0);
    resize(100);
  }
  ~Terminal() {
    ::close(end_);
    ::close(control_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  int descriptor() const { return end_; }
  void resize(unsigned short columns) const {
    const winsize size{24, columns, 0, 0};
    REQUIRE(::ioctl(end_, TIOCSWINSZ, &size) == 0);
  }

 private:
  int control_ = -1;
  int end_ = -1;
};

TEST_CASE("Messages up to the level reach the sink, those beyond it do not") {
  const Collector collector;
  const auto log_all = [] {
    log_error("e");
    log_warning("w");
    log_info("i");
    log_debug("d");
  };
  set_log_level(LogLevel::kError);
  log_all();
  CHECK(collector.lines() == Lines{"error: e\n"});
  set_log_level(LogLevel::kDebug);
  log_all();
  CHECK(collector.lines() ==
        Lines{"error: e\n", "error: e\n", "warning: w\n", "i\n", "debug: d\n"});
}

TEST_CASE("A sink may hand messages on to the one before it") {
  const Collector outer;
  int64_t calls = 0;
  LogSink before;
  before = set_log_sink([&](LogLevel level, std::string_view message) {
    ++calls;
    before(level, message);
  });
  log_warning("hot");
  set_log_sink(before);
  log_warning("cold");
  CHECK(calls == 1);
  CHECK(outer.lines() == Lines{"warning: hot\n", "warning: cold\n"});
}

TEST_CASE("Threads do not meet in a sink") {
  const Collector collector;
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int64_t n = 0; n < 500; ++n) {
        log_info("line");
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(collector.lines() == Lines(2000, "line\n"));
}

TEST_CASE("Only the prefix is coloured") {
  CHECK(format_log_line(LogLevel::kError, "x", true) == "\x1b[31merror: \x1b[0mx\n");
  CHECK(format_log_line(LogLevel::kWarning, "x", true) == "\x1b[33mwarning: \x1b[0mx\n");
  CHECK(format_log_line(LogLevel::kInfo, "x", true) == "x\n");
  CHECK(format_log_line(LogLevel::kDebug, "x", false) == "debug: x\n");
}

TEST_CASE("A log level is set by its name, also in the environment") {
  const Collector collector;
  CHECK(parse_log_level("debug") == LogLevel::kDebug);
  CHECK(input_error([] { parse_log_level("warn"); }) ==
        "unknown log level 'warn'; known: error, warning, info, debug");
  {
    const EnvironmentVariable variable("MULTISTATE_LOG_LEVEL", "warning");
    set_log_level_from_environment();
    CHECK(log_level() == LogLevel::kWarning);
  }
  for (const char* const none : {static_cast<const char*>(nullptr), ""}) {
    const EnvironmentVariable variable("MULTISTATE_LOG_LEVEL", none);
    set_log_level_from_environment();
    CHECK(log_level() == LogLevel::kWarning);
  }
  const EnvironmentVariable variable("MULTISTATE_LOG_LEVEL", "warnin");
  CHECK(input_error([] { set_log_level_from_environment(); }) ==
        "MULTISTATE_LOG_LEVEL: unknown log level 'warnin'; did you mean 'warning'?; known: error, "
        "warning, info, debug");
}

TEST_CASE("A terminal is one unless it is dumb, and is coloured unless NO_COLOR says no") {
  const Terminal terminal;
  const EnvironmentVariable term("TERM", "xterm");
  const EnvironmentVariable no_color("NO_COLOR", nullptr);
  CHECK(is_terminal(terminal.descriptor()));
  CHECK(use_color(terminal.descriptor()));
  {
    const EnvironmentVariable dumb("TERM", "dumb");
    CHECK_FALSE(is_terminal(terminal.descriptor()));
    CHECK_FALSE(use_color(terminal.descriptor()));
  }
  {
    const EnvironmentVariable empty("NO_COLOR", "");
    CHECK(use_color(terminal.descriptor()));
  }
  const EnvironmentVariable set("NO_COLOR", "1");
  CHECK(is_terminal(terminal.descriptor()));
  CHECK_FALSE(use_color(terminal.descriptor()));
}

TEST_CASE("A pipe is no terminal and counts as eighty columns wide") {
  std::array<int, 2> ends = {-1, -1};
  REQUIRE(::pipe(ends.data()) == 0);
  CHECK_FALSE(is_terminal(ends[1]));
  CHECK_FALSE(use_color(ends[1]));
  CHECK(terminal_width(ends[1]) == 80);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("The width of a terminal is followed") {
  const Terminal terminal;
  CHECK(terminal_width(terminal.descriptor()) == 100);
  terminal.resize(42);
  CHECK(terminal_width(terminal.descriptor()) == 42);
  terminal.resize(0);
  CHECK(terminal_width(terminal.descriptor()) == 80);
}

}  // namespace
}  // namespace multistate::test::log_test
