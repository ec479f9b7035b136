#pragma once

namespace multistate::aggregate {

/// The commands of the program. `argv` begins with the program or the command. Each returns the
/// exit code: 0, or 1 when files were passed over or, with --diff, results changed. Throws
/// InputError for what cannot be.

/// Writes reports, or what the options ask for instead.
int aggregate(int argc, const char* const* argv);

/// `export-pairs`: writes a judge's file and its key.
int export_pairs(int argc, const char* const* argv);

/// `import-verdicts`: what a judge's verdicts come to.
int import_verdicts(int argc, const char* const* argv);

}  // namespace multistate::aggregate
