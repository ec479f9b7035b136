#pragma once

#include <stdexcept>
#include <string>

namespace multistate {

/// Something the user gave cannot be used: a file, a key, a value, an option.
///
/// The message is complete for the terminal: it names the place (file, line, key), the value found
/// and what is allowed. `main` prints it and exits with code 2. Every other exception is a fault of
/// ours.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace multistate
