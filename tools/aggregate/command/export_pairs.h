#pragma once

namespace multistate::aggregate {

/// The command `export-pairs`: writes a judge's file and its key. `argv` begins with the command.
/// Returns the exit code; throws InputError for what cannot be.
int export_pairs(int argc, const char* const* argv);

}  // namespace multistate::aggregate
