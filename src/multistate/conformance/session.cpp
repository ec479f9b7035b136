#include "multistate/conformance/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace multistate {

Session::Session(Subject subject) : subject_(std::move(subject)) {
  for (const Shape& shape : kShapes) {
    inputs_.push_back(NaiveInputs::random(shape.heads, shape.kv_heads, kTokens, 7));
  }
  const std::vector<int64_t> sizes =
      info().bounded
          ? std::vector{int64_t{1}, int64_t{2}, int64_t{5}, kTokens - 1, kTokens, kBeyond}
          : std::vector{int64_t{0}};
  for (const int64_t size : sizes) {
    for (const PolicyCase& policy : policy_cases(subject_, size)) {
      for (const NaiveInputs& inputs : inputs_) {
        // Each with an object of its own, so that no case depends on another.
        cases_.push_back({&inputs,
                          {policy.name, policy.options, policy.set_up_anew()},
                          fmt::format("{}, {}", shape_name(inputs), policy.name)});
      }
    }
  }
  runs_.resize(cases_.size());
}

std::vector<const LayerCase*> Session::cases_of(std::initializer_list<int64_t> state_sizes) const {
  std::vector<const LayerCase*> found;
  for (const LayerCase& one : cases_) {
    const int64_t size = one.policy.setup.state_size;
    if (!info().bounded ||
        std::find(state_sizes.begin(), state_sizes.end(), size) != state_sizes.end()) {
      found.push_back(&one);
    }
  }
  return found;
}

const ScanRun& Session::run(const LayerCase& one) {
  Memory& memory = runs_[static_cast<size_t>(&one - cases_.data())];
  if (!memory.run && !memory.error) {
    try {
      const PolicySetup& setup = one.policy.setup;
      memory.run = run_scan(scan_for(setup), *one.inputs, setup, kSeed);
    } catch (...) {
      memory.error = std::current_exception();
    }
  }
  if (memory.error) {
    std::rethrow_exception(memory.error);
  }
  return *memory.run;
}

std::string shape_name(const NaiveInputs& inputs) {
  return fmt::format("heads {}/{}", inputs.heads, inputs.kv_heads);
}

}  // namespace multistate
