#include "multistate/policy/setup.h"

#include <algorithm>

#include <fmt/format.h>

namespace multistate {
namespace {

/// Throws InputError with the mark of the options, if there is a problem.
void refuse(const std::string& problem, const Node* options) {
  if (!problem.empty()) {
    throw options == nullptr ? InputError(problem) : options->error(problem);
  }
}

void check_sizes(const PolicySetup& setup, const Node* options) {
  const int64_t k = setup.state_size;
  const int64_t sinks = setup.common.sinks;
  std::string problem;
  if (k < 1) {
    problem = fmt::format("state_size is {}, which must be 1 or more", k);
  } else if (sinks + setup.recent() >= k) {
    problem =
        fmt::format("policy {}: sinks ({}) + recent ({}) must be less than the state size ({})",
                    setup.entry->info.name, sinks, setup.recent(), k);
  }
  refuse(problem, options);
}

void check_needs(const PolicySetup& setup, const Node* options) {
  std::string problem;
  if (setup.needs.pools_heads && setup.common.scope != Scope::kKvHead) {
    problem = fmt::format(
        "policy.scope: {} shares rows out among key/value heads, which takes kv_head, not layer",
        setup.entry->info.name);
  } else if (setup.needs.future && setup.rotates_anew()) {
    problem = fmt::format(
        "policy.positions: {} sees the future, which is known for original positions only",
        setup.entry->info.name);
  }
  refuse(problem, options);
}

class KeepAll final : public Policy {
 public:
  void evict(const StepView& /*step*/, std::span<float> /*scratch*/,
             Evictions& /*evictions*/) const override {}
};

}  // namespace

std::vector<std::string> PolicySetup::option_names() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : options.items()) {
    names.push_back(name);
  }
  return names;
}

int64_t PolicySetup::quiet_tokens(const SampleLength& length) const {
  if (!bounded()) {
    return length.tokens;
  }
  if (needs.memory > 0 || needs.random || needs.query_statistics || needs.future ||
      needs.layer_budgets || rotates_anew()) {
    return 0;
  }
  const int64_t room = std::max(capacity() - 1, one_shot() ? length.prompt - 1 : 0);
  return std::min(room, length.tokens);
}

const PolicySetup& keep_all_setup() {
  static const PolicyEntry entry = [] {
    PolicyEntry none;
    none.info.name = "none";
    none.info.bounded = false;
    return none;
  }();
  static const PolicySetup setup = [] {
    PolicySetup keep_all;
    keep_all.entry = &entry;
    keep_all.policy = std::make_shared<KeepAll>();
    return keep_all;
  }();
  return setup;
}

PolicySetup set_up_policy(const PolicyEntry& entry, const Node* options, int64_t state_size) {
  PolicySetup setup;
  setup.entry = &entry;
  setup.common = entry.info.defaults;
  OptionReader reader(options, "policy.");
  OptionWriter writer;
  const auto maker = entry.maker();
  maker->visit(reader);
  maker->visit(writer);
  setup.policy = maker->make();
  if (entry.info.bounded) {
    setup.state_size = state_size;
    setup.common.visit(reader);
    setup.common.visit(writer);
    check_sizes(setup, options);
  }
  setup.needs = setup.policy->needs();
  setup.options = writer.json();
  check_needs(setup, options);
  return setup;
}

PolicySetup set_up_policy(std::string_view name, int64_t state_size, const std::string& yaml) {
  const PolicyEntry* entry = policy_registry().find(name);
  if (entry == nullptr) {
    throw InputError(policy_registry().unknown(name));
  }
  const Node options = parse_yaml(yaml, fmt::format("options of {}", name));
  PolicySetup setup = set_up_policy(*entry, &options, state_size);
  reject_unknown(options, setup.option_names(), "policy.");
  return setup;
}

}  // namespace multistate
