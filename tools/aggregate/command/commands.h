#pragma once

namespace multistate::aggregate {

/// The commands of the program. `argv` begins with the program or the command. Each returns the
/// exit code: 0, or 1 when files were skipped or, with --diff, results changed. Throws InputError
/// for invalid input.

/// Writes reports, or what the options ask for instead.
int aggregate(int argc, const char* const* argv);

/// `archive`: copies a sweep, for version control.
int archive(int argc, const char* const* argv);

/// `export-pairs`: writes a judge's file and its key.
int export_pairs(int argc, const char* const* argv);

/// `import-verdicts`: summarises a judge's verdicts.
int import_verdicts(int argc, const char* const* argv);

}  // namespace multistate::aggregate
