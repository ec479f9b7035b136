#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "multistate/config/options.h"
#include "multistate/policy/common_options.h"
#include "multistate/policy/policy.h"

namespace multistate {

/// What a policy says of itself, at the end of its file.
struct PolicyInfo {
  std::string name;        ///< Identity in sweep files and results.
  int64_t version = 1;     ///< Goes up when the same options would give other rows.
  std::string summary;     ///< The idea in one line.
  std::string paper;       ///< Where it was published.
  std::string deviations;  ///< How this differs from the publication; empty: not at all.
  bool bounded =
      true;  ///< false: keeps every row; has no state size and none of the common options.
  CommonOptions defaults;  ///< What the common options are when the user does not set them.
};

/// Makes a policy whose own options have been shown to each visitor in turn (a reader first, then a
/// writer).
using PolicyFactory = std::function<std::unique_ptr<Policy>(std::span<OptionVisitor* const>)>;

template <class P>
std::unique_ptr<Policy> make_policy(std::span<OptionVisitor* const> visitors) {
  if constexpr (requires { typename P::Options; }) {
    typename P::Options options;
    for (OptionVisitor* visitor : visitors) {
      options.visit(*visitor);
    }
    return std::make_unique<P>(options);
  } else {
    return std::make_unique<P>();
  }
}

}  // namespace multistate
