#pragma once

#include <functional>
#include <string_view>

namespace multistate {

/// Runs a program: with standard streams that are open, and until what it printed has arrived.
/// Returns its exit code. Throws what it throws, and FileError when standard output cannot be
/// written.
int run_with_streams(const std::function<int()>& program);

/// Opens /dev/null in the place of standard input, output and error where they are closed: else
/// the next file that is opened gets their number, and messages are written into it. To be called
/// before anything else.
void keep_standard_streams_open();

/// Writes to standard error. What cannot be written is dropped: a terminal that was closed, or a
/// full disk behind a log, must not end what is being reported on.
void say(std::string_view text);

/// Brings to its reader what was printed to standard output so far. Throws FileError when some of
/// it could not be written; a reader that went away (EPIPE) has seen all it wanted, and is no
/// error.
void flush_standard_output();

}  // namespace multistate
