#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/policy/step_view.h"

namespace multistate {

struct PolicySetup;

/// Which tokens of a sample are protected one by one, wherever they are: by their kind or by their
/// position (options `protect_special`, `protect_positions`). Tokens come in order.
class ProtectedTokens {
 public:
  ProtectedTokens() = default;

  /// Of a sample of up to `tokens` tokens. Keeps a reference.
  ProtectedTokens(const PolicySetup& setup, int64_t tokens);

  /// Takes in the next tokens.
  void add(std::span<const int64_t> ids);

  /// Marks the rows of `step`, whose positions and live slots it shows, that are protected. Throws
  /// InputError when so many are that the policy cannot evict as many as it has to.
  void mark(StepData& step);

 private:
  void require_room(const StepData& step, int64_t candidates) const;

  const PolicySetup* setup_ = nullptr;  ///< Null where no token is protected one by one.
  std::vector<uint8_t> of_position_;
  std::vector<uint8_t> of_row_;
};

}  // namespace multistate
