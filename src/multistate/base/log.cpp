#include "multistate/base/log.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/error.h"
#include "multistate/base/terminal.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr const char* kVariable = "MULTISTATE_LOG_LEVEL";

struct Style {
  const char* name;
  const char* prefix;
  const char* color;  ///< ANSI escape: red, yellow, none, grey.
};

constexpr std::array<Style, 4> kStyles = {{
    {"error", "error: ", "\x1b[31m"},
    {"warning", "warning: ", "\x1b[33m"},
    {"info", "", ""},
    {"debug", "debug: ", "\x1b[90m"},
}};

void write_to_stderr(LogLevel level, std::string_view message) {
  const std::string line = format_log_line(level, message, use_color(STDERR_FILENO));
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

struct Logger {
  std::atomic<LogLevel> level{LogLevel::kInfo};
  std::mutex mutex;
  LogSink sink = write_to_stderr;
};

/// Never destroyed: a thread may log while the program ends.
Logger& logger() {
  static auto* instance = new Logger;
  return *instance;
}

void log(LogLevel level, std::string_view message) {
  Logger& target = logger();
  if (level <= target.level.load()) {
    const std::lock_guard lock(target.mutex);
    target.sink(level, message);
  }
}

}  // namespace

void log_error(std::string_view message) {
  log(LogLevel::kError, message);
}

void log_warning(std::string_view message) {
  log(LogLevel::kWarning, message);
}

void log_info(std::string_view message) {
  log(LogLevel::kInfo, message);
}

void log_debug(std::string_view message) {
  log(LogLevel::kDebug, message);
}

LogSink set_log_sink(LogSink sink) {
  Logger& target = logger();
  const std::lock_guard lock(target.mutex);
  return std::exchange(target.sink, sink ? std::move(sink) : write_to_stderr);
}

void set_log_level(LogLevel level) {
  logger().level = level;
}

LogLevel log_level() {
  return logger().level;
}

LogLevel parse_log_level(std::string_view name) {
  std::array<std::string, kStyles.size()> names;
  for (size_t i = 0; i < kStyles.size(); ++i) {
    names[i] = kStyles[i].name;
    if (name == names[i]) {
      return static_cast<LogLevel>(i);
    }
  }
  throw InputError(fmt::format("unknown log level {}{}; known: {}", in_quotes(name),
                               did_you_mean(name, names), join(names)));
}

void set_log_level_from_environment() {
  const char* name = std::getenv(kVariable);
  if (name == nullptr || *name == '\0') {
    return;
  }
  try {
    set_log_level(parse_log_level(name));
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", kVariable, error.what()));
  }
}

std::string format_log_line(LogLevel level, std::string_view message, bool color) {
  const Style& style = kStyles.at(static_cast<size_t>(level));
  const bool paint = color && *style.color != '\0';
  return fmt::format("{}{}{}{}\n", paint ? style.color : "", style.prefix, paint ? "\x1b[0m" : "",
                     message);
}

}  // namespace multistate
