#include "multistate/policy/setup.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "multistate/policy/policy_over_base.h"

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
        std::pair("vectors", needs.vectors), std::pair("set_memory", needs.set_memory),
        std::pair("head_memory", needs.head_memory),
        std::pair("prompt_queries", needs.prompt_queries),
        std::pair("page_rows", needs.page_rows)}) {
    if (count < 0 || count > kMostFloats) {
      return fmt::format("policy {}: needs() asks for {} = {}; allowed is 0 to {}",
                         setup.entry->info.name, name, count, kMostFloats);
    }
  }
  if (needs.replay && (needs.replay->chunk < 1 || needs.replay->overlap < 0)) {
    return fmt::format(
        "policy {}: needs() asks for parts of {} tokens that are read again, with {} of the one "
        "before; allowed are 1 or more and 0 or more",
        setup.entry->info.name, needs.replay->chunk, needs.replay->overlap);
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
  if (setup.needs.quantization->group < 1) {
    return fmt::format("policy {}: groups of {} rows; they must have 1 or more", name,
                       setup.needs.quantization->group);
  }
  if (setup.needs.quantization->group > kMostFloats) {
    return fmt::format("policy {}: groups of {} rows; at most {} are possible", name,
                       setup.needs.quantization->group, kMostFloats);
  }
  if (setup.faces.merging != nullptr) {
    return fmt::format("policy {}: rows that are quantised cannot be merged", name);
  }
  return "";
}

/// Throws InputError when the policy does not say which rows go, or more than once.
void check_faces(const PolicySetup& setup, const Node* options) {
  std::string problem = problem_with_faces(*setup.policy);
  if (problem.empty() && setup.bounded() && !setup.faces.decides()) {
    problem =
        "nothing says which rows go: it has to be a ScoringPolicy, an EvictingPolicy, a "
        "PooledPolicy or a PromptPolicy";
    problem += setup.faces.selecting != nullptr ? "; a SelectingPolicy says .bounded = false" : "";
  }
  if (!problem.empty()) {
    refuse(fmt::format("policy {}: {}", setup.entry->info.name, problem), options);
  }
}

/// Makes the policy. Throws InputError for a base that it cannot be made over.
void make_policy(const PolicyMaker& maker, PolicySetup& setup, const Node* options) {
  try {
    setup.use(maker.make());
  } catch (const std::invalid_argument& error) {
    refuse(fmt::format("policy {}: {}", setup.entry->info.name, error.what()), options);
  }
  for (const std::string& name : base_names(*setup.policy)) {
    setup.bases.push_back(policy_registry().find(name));
  }
}

/// What a SelectingPolicy cannot be shown, and nobody else can, as the whole message; "" where
/// nothing of it is asked for.
std::string problem_with_selecting(const PolicySetup& setup) {
  const std::string& name = setup.entry->info.name;
  const Needs& needs = setup.needs;
  if (setup.faces.selecting == nullptr) {
    const char* asked = needs.logits ? "logits" : needs.page_rows > 0 ? "page_rows" : nullptr;
    return asked == nullptr
               ? ""
               : fmt::format(
                     "policy {}: needs() asks for {}, which only a SelectingPolicy is shown", name,
                     asked);
  }
  for (const auto& [what, asked] :
       {std::pair("attention", needs.attention),
        std::pair("query_statistics", needs.query_statistics), std::pair("values", needs.values),
        std::pair("value_norms", needs.value_norms), std::pair("tokens", needs.tokens),
        std::pair("token_kinds", needs.token_kinds), std::pair("random", needs.random),
        std::pair("calibration", needs.calibration), std::pair("future", needs.future.has_value()),
        std::pair("quantization", needs.quantization.has_value()),
        std::pair("replay", needs.replay.has_value()),
        std::pair("prompt_queries", needs.prompt_queries > 0),
        std::pair("token_queries", needs.token_queries),
        std::pair("attention_change", needs.attention_change),
        std::pair("memory", needs.memory > 0), std::pair("set_memory", needs.set_memory > 0),
        std::pair("head_memory", needs.head_memory > 0), std::pair("vectors", needs.vectors > 0)}) {
    if (asked) {
      return fmt::format(
          "policy {}: needs() asks for {}; a SelectingPolicy is shown query, keys, logits, "
          "page_rows and scratch only",
          name, what);
    }
  }
  return "";
}

/// What goes together in options about prompts, as the whole message; "" when all does.
std::string problem_with_prompt(const PolicySetup& setup) {
  const std::string& name = setup.entry->info.name;
  if (setup.keeps_prompt() && setup.keeps_after_prompt()) {
    return fmt::format("policy.after_prompt: {} evicts nothing with prompt: keep as well", name);
  }
  if (setup.keeps_prompt() && setup.acts_on_windows()) {
    return "policy.windowed_layers: a window passes the prompt, which prompt: keep never evicts";
  }
  const bool by_prompt = setup.shares_out_prompt();
  if (by_prompt && !setup.one_shot()) {
    return fmt::format(
        "policy {}: it measures layers at the end of a prompt, which takes prompt: one_shot", name);
  }
  if (by_prompt && setup.acts_on_windows()) {
    return fmt::format(
        "policy.windowed_layers: {} measures layers by the whole prompt, which those with a "
        "sliding window do not see; native leaves them to their windows",
        name);
  }
  if (setup.faces.prompt == nullptr) {
    return "";
  }
  if (!setup.faces.decides_steps() && !setup.decides_prompt_only()) {
    return fmt::format(
        "policy {}: it scores whole prompts only, which takes prompt: one_shot and after_prompt: "
        "keep",
        name);
  }
  if (!setup.one_shot()) {
    return "";
  }
  if (setup.rotates_anew()) {
    return fmt::format("policy.positions: {} cuts a prompt by its original positions only", name);
  }
  if (setup.acts_on_windows()) {
    return fmt::format(
        "policy.windowed_layers: {} scores whole prompts, which layers with a sliding window have "
        "not; native leaves them to their windows",
        name);
  }
  return "";
}

void check_needs(const PolicySetup& setup, const Node* options) {
  std::string problem = problem_with_counts(setup);
  if (!problem.empty()) {
    refuse(problem, options);
  } else if (setup.faces.pooled != nullptr && setup.common.scope != Scope::kKvHead) {
    problem = fmt::format(
        "policy.scope: {} shares rows out among key/value heads, which takes kv_head, not layer",
        setup.entry->info.name);
  } else if (setup.needs.future && setup.rotates_anew()) {
    problem = fmt::format(
        "policy.positions: {} sees the future, which is known for original positions only",
        setup.entry->info.name);
  } else if (setup.needs.future && setup.needs.future->exact && setup.faces.pooled != nullptr) {
    problem = fmt::format(
        "policy {}: an exact plan is for sets of a fixed size, which sets that share rows do not "
        "have",
        setup.entry->info.name);
  } else if (setup.needs.future && setup.needs.future->exact && setup.protects_tokens()) {
    problem = fmt::format(
        "policy {}: an exact plan knows no tokens that are protected one by one (protect_special, "
        "protect_positions)",
        setup.entry->info.name);
  } else if (setup.needs.quantization) {
    problem = problem_with_quantization(setup);
  }
  if (problem.empty()) {
    problem = problem_with_selecting(setup);
  }
  if (problem.empty() && setup.needs.attention_change && setup.faces.measured == nullptr) {
    problem = fmt::format(
        "policy {}: needs() asks for attention_change, which only MeasuredBudgets are shown",
        setup.entry->info.name);
  }
  refuse(problem.empty() ? problem_with_prompt(setup) : problem, options);
}

class KeepAll final : public Policy {};

/// The fewest of any range of layers.
int64_t before_first_eviction(const std::vector<LayerRange>& layers, const SampleLength& length) {
  int64_t unchanged = length.tokens;
  for (const LayerRange& range : layers) {
    unchanged = std::min(unchanged, range.setup->tokens_before_first_eviction(length));
  }
  return unchanged;
}

}  // namespace

void PolicySetup::use(std::shared_ptr<const Policy> made) {
  policy = std::move(made);
  faces = faces_of(*policy);
  needs = needs_of(*policy);
}

std::vector<std::string> PolicySetup::option_names() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : options.items()) {
    names.push_back(name);
  }
  return names;
}

int64_t PolicySetup::capacity_after(int64_t step, int64_t k, const SampleLength& length) const {
  const bool is_kept = keeps_after_prompt() && step >= length.prompt;
  return !bounded() || prompt_goes_on(step, length) || is_kept
             ? kUnlimitedRows
             : k + rows_beside(length) + common.every - 1;
}

int64_t PolicySetup::residual(int64_t k) const {
  const RowCount& residual = needs.quantization->residual;
  const int64_t least = std::holds_alternative<double>(residual.value) ? 1 : 0;
  return std::max(residual.rows(k), least);
}

std::string PolicySetup::problem_with(int64_t k) const {
  const int64_t recent = common.recent.rows(k);
  const auto& positions = common.protect_positions;
  const int64_t listed = std::count_if(positions.begin(), positions.end(),
                                       [&](int64_t at) { return at >= common.sinks; });
  if (listed > 0 && common.sinks + recent + listed >= k) {
    return fmt::format(
        "sinks ({}) + recent ({}) + protect_positions beyond the sinks ({}) must be less than the "
        "state size ({})",
        common.sinks, recent, listed, k);
  }
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

const PolicySetup& PolicySetup::of_layer(int64_t layer) const {
  for (const LayerRange& range : layers) {
    if (layer <= range.last) {
      return *range.setup;
    }
  }
  return *this;
}

bool PolicySetup::some_layer(bool (PolicySetup::*holds)() const) const {
  return std::any_of(layers.begin(), layers.end(),
                     [&](const LayerRange& range) { return ((*range.setup).*holds)(); });
}

int64_t PolicySetup::tokens_before_first_eviction(const SampleLength& length) const {
  if (!layers.empty()) {
    return before_first_eviction(layers, length);
  }
  if (faces.selecting != nullptr) {
    return std::min(std::max(state_size, one_shot() ? length.prompt : 0), length.tokens);
  }
  if (!bounded()) {
    return length.tokens;
  }
  // Rows that are rotated anew hold other keys; what attention changes has to be seen from the
  // first token on.
  if (needs.future || needs.attention_change || rotates_anew()) {
    return 0;
  }
  const int64_t prompt = one_shot() ? std::max<int64_t>(length.prompt - 1, 0) : 0;
  // Layers with less than k rows evict sooner, and a policy that sees the prompt does so at its
  // last token.
  if (faces.budgets != nullptr || cuts_by_prompt() ||
      (faces.measured != nullptr && faces.measured->measures_first())) {
    return prompt;
  }
  int64_t rows = capacity() + rows_beside(length);
  if (needs.quantization) {
    rows = std::min(rows, residual(state_size));
  }
  return std::min(std::max(rows - 1, prompt), length.tokens);
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
    keep_all.use(std::make_shared<KeepAll>());
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
  make_policy(*maker, setup, options);
  if (setup.needs.calibration) {
    CalibrationOption calibration;
    calibration.visit(reader);
    calibration.visit(writer);
    setup.calibration_file = calibration.file;
  }
  if (entry.info.bounded) {
    setup.state_size = state_size;
    setup.common.visit(reader);
    setup.common.visit(writer);
  } else if (setup.faces.selecting != nullptr) {
    setup.state_size = state_size;
    setup.common.visit_selecting(reader);
    setup.common.visit_selecting(writer);
  }
  setup.options = writer.json();
  if (setup.decides_prompt_only() && setup.faces.merging == nullptr) {
    // No step is observed, so nothing is remembered.
    setup.needs.memory = 0;
    setup.needs.set_memory = 0;
    setup.needs.head_memory = 0;
  }
  check_faces(setup, options);
  if (setup.has_size()) {
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
