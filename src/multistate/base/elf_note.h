#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "multistate/base/mapped_file.h"

namespace multistate {

/// The content of the note that `owner` left in a shared library, read from the file: nothing of it
/// is loaded or run. Nothing when there is no such note.
///
/// Throws InputError that names the file when it is not a whole shared library for this machine:
/// not ELF, another word size, byte order or processor, an executable, or cut off.
std::optional<std::string> read_elf_note(const MappedFile& library, std::string_view owner);

}  // namespace multistate
