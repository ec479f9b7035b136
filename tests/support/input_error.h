#pragma once

#include <string>

#include "multistate/base/error.h"

namespace multistate::test {

/// The message of the InputError that `action` throws, or "no error". Other exceptions pass.
template <class Action>
std::string input_error(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace multistate::test
