#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace multistate {

/// What a policy did that its contract does not allow.
enum class Breach {
  kRows,       ///< More rows are left than its state may hold, or more are read than it may.
  kProtected,  ///< A row is evicted that is protected, or that does not exist.
  kRepeated,   ///< A row is evicted twice, in one step or in two, or read twice by one query.
  kEarly,      ///< A row is evicted before the cache is full.
  kScore,      ///< A score is NaN or infinite.
  kNeeds,      ///< Something is read that needs() does not declare.
  kIndex,      ///< A row or head is edited or read that does not exist.
  kThrows,     ///< An exception of another kind leaves it.
};

/// A policy broke its contract. The message says layer and step; the engine adds the policy's name.
class PolicyError : public std::runtime_error {
 public:
  PolicyError(Breach breach, const std::string& message)
      : std::runtime_error(message), breach_(breach) {}

  Breach breach() const { return breach_; }

 private:
  Breach breach_;
};

/// Throws PolicyError unless what a policy reads was declared.
void require_declared(bool declared, const char* what, int64_t layer, int64_t step);

}  // namespace multistate
