#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What every fuzz target defines, one target a file.
namespace multistate::fuzz {

/// Reads `input` as the target's kind of file. Returns for what is read; throws InputError for what
/// is refused. Anything else that leaves it is a fault: another exception, a signal, a sanitizer's
/// report.
void read(std::string_view input);

/// Files that are read, as the tests' own writers write them: what mutations start from.
std::vector<std::string> seeds();

}  // namespace multistate::fuzz
