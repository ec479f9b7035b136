#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "multistate/conformance/cases.h"
#include "multistate/policy/setup.h"

namespace multistate::test {

/// A policy set up as by set_up_policy(), for a tokenizer whose ids are text, a separator and a
/// special token in turn, and with a calibration of random numbers.
inline PolicySetup set_up_with_kinds(const std::string& name, int64_t state_size,
                                     const std::string& options = "{}") {
  constexpr int64_t kVocabulary = 1024;
  PolicySetup setup = set_up_policy(name, state_size, options);
  std::vector<TokenKind> kinds;
  for (int64_t id = 0; id < kVocabulary; ++id) {
    kinds.push_back(static_cast<TokenKind>(id % 3));
  }
  setup.token_kinds = std::make_shared<const std::vector<TokenKind>>(std::move(kinds));
  setup.calibration = some_calibration();
  return setup;
}

}  // namespace multistate::test
