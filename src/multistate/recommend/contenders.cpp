#include "multistate/recommend/contenders.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/engine/expected_bytes.h"
#include "multistate/sweep/sweep_plan.h"

namespace multistate::recommend {
namespace {

/// The setup's bytes; none, and why in `reason`, where the policy cannot have this size.
std::optional<int64_t> bytes_at(const PolicyChoice& choice, int64_t state_size,
                                const SampleShape& shape, std::string& reason) {
  try {
    PolicySetup setup = choice.set_up(state_size);
    if (shape.tell) {
      shape.tell(setup);
    }
    const std::string about_prompt = option_about_prompt(setup);
    if (!about_prompt.empty() && shape.length.prompt == 0) {
      reason = fmt::format("{} needs a prompt: give --prompt-share", about_prompt);
      return std::nullopt;
    }
    return expected_peak_bytes(shape.model, setup, shape.length, shape.dtype);
  } catch (const InputError& error) {
    reason = error.what();
    return std::nullopt;
  }
}

Contender contender_of(const PolicyChoice& choice, int64_t state_size, int64_t bytes) {
  return {choice, state_size, bytes, inputs_read(choice.set_up(state_size).needs)};
}

}  // namespace

PolicySetup PolicyChoice::set_up(int64_t state_size) const {
  return set_up_policy(entry().name(), state_size, options());
}

const PolicyEntry& PolicyChoice::entry() const {
  const std::string name = text.substr(0, text.find(':'));
  const PolicyEntry* found = policy_registry().find(name);
  if (found == nullptr) {
    throw InputError("--policies: " + policy_registry().unknown(name));
  }
  return *found;
}

std::string PolicyChoice::options() const {
  const auto colon = text.find(':');
  return colon == std::string::npos ? "{}" : text.substr(colon + 1);
}

std::string Contender::label() const {
  return state_size == 0 ? choice.text : fmt::format("{} k={}", choice.text, state_size);
}

int64_t inputs_read(const Needs& needs) {
  int64_t inputs = 0;
  for (const bool reads :
       {needs.attention, needs.query, needs.query_statistics, needs.keys, needs.logits,
        needs.values, needs.knows_tokens(), needs.random, needs.quantization.has_value(),
        needs.calibration, needs.prompt_queries > 0, needs.token_queries, needs.value_norms,
        needs.attention_change, needs.replay.has_value()}) {
    inputs += reads ? 1 : 0;
  }
  return inputs;
}

std::vector<PolicyChoice> deployable_policies() {
  std::vector<PolicyChoice> choices;
  for (const std::string& name : policy_registry().names()) {
    if (policy_registry().find(name)->info.role == Role::kPolicy) {
      choices.push_back({name});
    }
  }
  return choices;
}

std::vector<PolicyChoice> choose_policies(const std::vector<std::string>& texts) {
  std::vector<PolicyChoice> choices;
  for (const std::string& text : texts) {
    const PolicyChoice choice = {text};
    const PolicyInfo& info = choice.entry().info;
    if (info.role != Role::kPolicy) {
      throw InputError(fmt::format("--policies: {} is a {}, not a policy to deploy", info.name,
                                   name_of(info.role)));
    }
    if (std::any_of(choices.begin(), choices.end(),
                    [&](const PolicyChoice& other) { return other.text == text; })) {
      throw InputError(fmt::format("--policies: {} is there twice", text));
    }
    choices.push_back(choice);
  }
  return choices;
}

Fit fit(const PolicyChoice& choice, const SampleShape& shape, int64_t bytes) {
  Fit result;
  const bool has_size = choice.entry().has_size();
  int64_t beyond = has_size ? shape.length.tokens - 1 : 0;
  const auto most = bytes_at(choice, beyond, shape, result.reason);
  if (!most) {
    return result;
  }
  if (*most <= bytes) {
    result.contender = contender_of(choice, beyond, *most);
    return result;
  }
  // The largest size that fits; sizes that are too small for the policy count as fitting.
  int64_t fits = 0;
  std::optional<int64_t> fitting;
  while (has_size && beyond - fits > 1) {
    const int64_t middle = fits + (beyond - fits) / 2;
    const auto taken = bytes_at(choice, middle, shape, result.reason);
    if (taken && *taken > bytes) {
      beyond = middle;
    } else {
      fits = middle;
      fitting = taken;
    }
  }
  if (!fitting) {
    const auto least = bytes_at(choice, beyond, shape, result.reason);
    result.reason = fmt::format("takes {} at the least", human_bytes(static_cast<double>(*least)));
    return result;
  }
  result.contender = contender_of(choice, fits, *fitting);
  return result;
}

namespace {

/// Makes the contender the policy's at a level; the one at the level before stays if it has the
/// same size.
void add_contender(Contender contender, size_t policy, size_t level, Field& field) {
  const auto before = level == 0 ? std::nullopt : field.ladder[level - 1][policy];
  if (before && field.contenders[*before].state_size == contender.state_size) {
    field.ladder[level][policy] = before;
    return;
  }
  field.ladder[level][policy] = field.contenders.size();
  field.contenders.push_back(std::move(contender));
}

}  // namespace

Field make_field(const std::vector<PolicyChoice>& choices, const SampleShape& shape,
                 const std::vector<int64_t>& levels) {
  Field field;
  field.ladder.assign(levels.size(), std::vector<std::optional<size_t>>(choices.size()));
  for (size_t policy = 0; policy < choices.size(); ++policy) {
    std::string reason;
    for (size_t level = 0; level < levels.size(); ++level) {
      Fit found = fit(choices[policy], shape, levels[level]);
      if (found.contender) {
        add_contender(std::move(*found.contender), policy, level, field);
      } else if (level == 0) {
        reason = found.reason;
      }
    }
    if (!field.ladder.front()[policy]) {
      field.left_out.push_back({choices[policy].text, reason});
    }
  }
  return field;
}

}  // namespace multistate::recommend
