#include "multistate/conformance/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace multistate {
namespace {

/// Whether candidates that have scores have different ones.
bool differ(const StepView& step, std::span<const float> scores) {
  for (int64_t row = step.first_candidate() + 1; row < step.end_candidates(); ++row) {
    const float older = scores[static_cast<size_t>(row - 1)];
    const float newer = scores[static_cast<size_t>(row)];
    if (older < newer || older > newer) {
      return true;
    }
  }
  return false;
}

bool not_zero(std::span<const float> memory) {
  return std::any_of(memory.begin(), memory.end(), [](float x) { return x != 0.0F; });
}

/// Whether something is in the memory of the rows or of their set.
bool remembers(const StepView& step, const Needs& needs) {
  for (int64_t field = 0; field < needs.memory; ++field) {
    if (not_zero(step.memory(field))) {
      return true;
    }
  }
  for (int64_t field = 0; field < needs.set_memory; ++field) {
    if (step.set_memory(field) != 0.0F) {
      return true;
    }
  }
  for (int64_t field = 0; field < needs.head_memory; ++field) {
    for (int64_t head = 0; head < step.heads(); ++head) {
      if (not_zero(step.head_memory(head, field))) {
        return true;
      }
    }
  }
  return false;
}

/// The first layer in which the policy selects rows; 0 for one that selects none.
int64_t selecting_layer(const Subject& subject) {
  constexpr int64_t kLayers = 1024;
  const auto maker = subject.entry->maker();
  OptionReader reader(&subject.options, "");
  maker->visit(reader);
  const auto policy = maker->make();
  const SelectingPolicy* selecting = faces_of(*policy).selecting;
  int64_t layer = 0;
  while (selecting != nullptr && layer < kLayers && !selecting->selects_in(layer)) {
    ++layer;
  }
  return layer;
}

/// State sizes from one row to more than there are tokens.
std::vector<int64_t> state_sizes(const PolicyEntry& entry) {
  if (!entry.has_size()) {
    return {0};
  }
  std::vector<int64_t> sizes = {1, 2, 5, Session::kTokens - 1, Session::kTokens, Session::kBeyond};
  if (entry.selects()) {
    sizes.insert(sizes.begin() + 3, Session::kPage);
  }
  return sizes;
}

}  // namespace

Session::Session(Subject subject) : subject_(std::move(subject)) {
  const int64_t layer = selecting_layer(subject_);
  for (const Shape& shape : kShapes) {
    NaiveInputs& inputs =
        inputs_.emplace_back(NaiveInputs::random(shape.heads, shape.kv_heads, kTokens, 7));
    inputs.prompt = kPrompt;
    inputs.question = kQuestion;
    inputs.layer = layer;
  }
  for (const int64_t size : state_sizes(*subject_.entry)) {
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
  naive_runs_.resize(cases_.size());
}

std::vector<const LayerCase*> Session::cases_of(std::initializer_list<int64_t> state_sizes) const {
  std::vector<const LayerCase*> found;
  for (const LayerCase& one : cases_) {
    const int64_t size = one.policy.setup.state_size;
    if (!subject_.entry->has_size() ||
        std::find(state_sizes.begin(), state_sizes.end(), size) != state_sizes.end()) {
      found.push_back(&one);
    }
  }
  return found;
}

template <class Run, class Make>
const Run& Session::remembered(std::vector<Memory<Run>>& memory, const LayerCase& one,
                               const Make& make) {
  Memory<Run>& of_case = memory[static_cast<size_t>(&one - cases_.data())];
  if (!of_case.run && !of_case.error) {
    try {
      of_case.run = make();
    } catch (...) {
      of_case.error = std::current_exception();
    }
  }
  if (of_case.error) {
    std::rethrow_exception(of_case.error);
  }
  return *of_case.run;
}

const ScanRun& Session::run(const LayerCase& one) {
  return remembered(runs_, one, [&] {
    const PolicySetup& setup = one.policy.setup;
    return run_scan(scan_for(setup), *one.inputs, setup, kSeed);
  });
}

const NaiveRun& Session::naive(const LayerCase& one) {
  return remembered(naive_runs_, one, [&] {
    const PolicySetup setup = one.policy.set_up_anew();
    NaiveRun run;
    const auto observe = [&](std::span<const StepView> sets,
                             std::span<const std::span<float>> scores) {
      for (size_t i = 0; i < sets.size(); ++i) {
        run.scores_differ = run.scores_differ || differ(sets[i], scores[i]);
        run.memory_written = run.memory_written || remembers(sets[i], setup.needs);
      }
    };
    run.result = naive_scan(*one.inputs, setup, kSeed, one.inputs->layer, observe);
    return run;
  });
}

std::string shape_name(const NaiveInputs& inputs) {
  return fmt::format("heads {}/{}", inputs.heads, inputs.kv_heads);
}

}  // namespace multistate
