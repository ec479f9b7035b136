#pragma once

#include <stdexcept>

namespace multistate {

/// A policy broke its contract: a score that is not a number, a protected row evicted, too many
/// rows kept. The message says layer and step; the engine adds the policy's name.
class PolicyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace multistate
