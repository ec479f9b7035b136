#pragma once

#include <memory>
#include <string>

#include "multistate/policy/registry.h"

namespace multistate::test {

/// An entry for a policy that is not registered: no program lists it.
template <class P>
PolicyEntry unregistered(const std::string& name) {
  PolicyInfo info;
  info.name = name;
  info.summary = "for a test";
  info.paper = "none";
  return {info, &make_policy_maker<P>};
}

/// The first live candidates, as many as have to go: what a correct policy may do. The planted
/// faults depart from it.
inline void evict_oldest(const StepView& step, Evictions& evictions) {
  int64_t left = step.excess();
  for (int64_t row = step.first_candidate(); left > 0 && row < step.end_candidates(); ++row) {
    if (step.live(row)) {
      evictions.add(row);
      --left;
    }
  }
}

}  // namespace multistate::test
