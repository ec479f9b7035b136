#include "multistate/policy/setup.h"

#include <algorithm>
#include <utility>
#include <variant>

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
  if (setup.state_size < 1) {
    refuse(fmt::format("state_size is {}, which must be 1 or more", setup.state_size), options);
  }
  const std::string problem = setup.problem_with(setup.state_size);
  if (!problem.empty()) {
    refuse(fmt::format("policy {}: {}", setup.entry->info.name, problem), options);
  }
}

/// More floats than these a row, or an element of a head, are a slip.
constexpr int64_t kMostFloats = int64_t{1} << 20;

/// "" when the counts in needs() can be provided.
std::string problem_with_counts(const PolicySetup& setup) {
  const Needs& needs = setup.needs;
  for (const auto& [name, count] :
       {std::pair("memory", needs.memory), std::pair("scratch", needs.scratch),
        std::pair("vectors", needs.vectors)}) {
    if (count < 0 || count > kMostFloats) {
      return fmt::format("policy {}: needs() asks for {} = {}; allowed is 0 to {}",
                         setup.entry->info.name, name, count, kMostFloats);
    }
  }
  return "";
}

std::string problem_with_quantization(const PolicySetup& setup) {
  const std::string& name = setup.entry->info.name;
  if (!setup.bounded()) {
    return fmt::format("policy {}: only rows of bounded states are quantised", name);
  }
  const int64_t bits = setup.needs.quantization->bits;
  if (bits != 2 && bits != 4 && bits != 8) {
    return fmt::format("policy {}: rows can be quantised to 2, 4 or 8 bits, not to {}", name, bits);
  }
  if (setup.needs.quantization->group < 1 || setup.needs.quantization->group > kMostFloats) {
    return fmt::format("policy {}: groups of {} rows; they must have 1 or more, and at most {}",
                       name, setup.needs.quantization->group, kMostFloats);
  }
  if (setup.needs.merges) {
    return fmt::format("policy {}: rows that are quantised cannot be merged", name);
  }
  return "";
}

void check_needs(const PolicySetup& setup, const Node* options) {
  std::string problem = problem_with_counts(setup);
  if (!problem.empty()) {
    refuse(problem, options);
  } else if (setup.needs.pools_heads && setup.common.scope != Scope::kKvHead) {
    problem = fmt::format(
        "policy.scope: {} shares rows out among key/value heads, which takes kv_head, not layer",
        setup.entry->info.name);
  } else if (setup.needs.future && setup.rotates_anew()) {
    problem = fmt::format(
        "policy.positions: {} sees the future, which is known for original positions only",
        setup.entry->info.name);
  } else if (setup.needs.future && setup.needs.future->exact && setup.needs.pools_heads) {
    problem = fmt::format(
        "policy {}: an exact plan is for sets of a fixed size, which sets that share rows do not "
        "have",
        setup.entry->info.name);
  } else if (setup.needs.quantization) {
    problem = problem_with_quantization(setup);
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

int64_t PolicySetup::residual(int64_t k) const {
  const RowCount& residual = needs.quantization->residual;
  const int64_t least = std::holds_alternative<double>(residual.value) ? 1 : 0;
  return std::max(residual.rows(k), least);
}

std::string PolicySetup::problem_with(int64_t k) const {
  const int64_t recent = common.recent.rows(k);
  if (common.sinks + recent >= k) {
    return fmt::format("sinks ({}) + recent ({}) must be less than the state size ({})",
                       common.sinks, recent, k);
  }
  if (needs.quantization && (residual(k) < 1 || residual(k) > k)) {
    return fmt::format(
        "residual ({}) must be from 1 row to the state size ({}): rows are "
        "quantised once so many are there",
        residual(k), k);
  }
  return policy->problem_with(k, common.sinks);
}

int64_t PolicySetup::quiet_tokens(const SampleLength& length) const {
  if (!bounded()) {
    return length.tokens;
  }
  if (needs.memory > 0 || needs.random || needs.query_statistics || needs.future ||
      needs.layer_budgets || rotates_anew()) {
    return 0;
  }
  const int64_t rows = needs.quantization ? std::min(capacity(), residual(state_size)) : capacity();
  const int64_t room = std::max(rows - 1, one_shot() ? length.prompt - 1 : 0);
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
  }
  setup.needs = setup.policy->needs();
  setup.options = writer.json();
  if (entry.info.bounded) {
    check_sizes(setup, options);
  }
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
