#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <string>

#include "multistate/base/error.h"
#include "multistate/base/work_record.h"
#include "multistate/policy/policy_error.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// The PolicyError for the exception that is being handled, which left a policy in `layer` and
/// `step`: its message begins with the policy's name.
PolicyError error_of_policy(const PolicySetup& setup, int64_t layer, int64_t step);

/// Calls a policy, by `call`, in layer and step. Whatever exception leaves it becomes a PolicyError
/// with policy, layer and step, so that a result's error names who is to be mended. InputError and
/// std::bad_alloc pass. Before it the work may be stopped (work_point()).
template <class F>
void call_policy(const PolicySetup& setup, int64_t layer, int64_t step, const F& call) {
  work_point();
  const InPolicy inside(layer, step);
  try {
    call();
  } catch (const InputError&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    throw error_of_policy(setup, layer, step);
  }
}

}  // namespace multistate
