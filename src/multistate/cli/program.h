#pragma once

namespace multistate {

/// The program `multistate`: runs what the command line asks for and reports every error on
/// standard error. Returns the exit code; throws nothing. To be called once a process.
int run_program(int argc, char** argv);

}  // namespace multistate
