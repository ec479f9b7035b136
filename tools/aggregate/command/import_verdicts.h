#pragma once

namespace multistate::aggregate {

/// The command `import-verdicts`: what a judge's verdicts come to. `argv` begins with the command.
/// Returns the exit code; throws InputError for what cannot be.
int import_verdicts(int argc, const char* const* argv);

}  // namespace multistate::aggregate
