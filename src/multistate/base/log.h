#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace multistate {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

/// Takes a message of a level that is to be shown. Called by one thread at a time; must not log
/// itself.
using LogSink = std::function<void(LogLevel, std::string_view)>;

/// Messages for the person at the terminal, from any thread: whole lines on stderr, unless a sink
/// takes them.
void log_error(std::string_view message);
void log_warning(std::string_view message);
void log_info(std::string_view message);
void log_debug(std::string_view message);

/// Replaces the sink and returns the one before, which the new one may call. An empty one stands
/// for stderr.
LogSink set_log_sink(LogSink sink);

/// Messages beyond this level are dropped. At the start: info.
void set_log_level(LogLevel level);
LogLevel log_level();

/// "error", "warning", "info" or "debug". Throws InputError for anything else.
LogLevel parse_log_level(std::string_view name);

/// Sets the level that MULTISTATE_LOG_LEVEL names, if it is set and not empty; `main` calls it.
/// Throws InputError for a name that is none.
void set_log_level_from_environment();

/// The line for a message, with its newline: "warning: ..." (an information has no prefix).
std::string format_log_line(LogLevel level, std::string_view message, bool color);

}  // namespace multistate
