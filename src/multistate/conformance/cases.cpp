#include "multistate/conformance/cases.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "multistate/base/random.h"
#include "multistate/conformance/random_model.h"

namespace multistate {
namespace {

/// Common options as a sweep file has them.
struct Choice {
  const char* scope = "layer";
  bool protects = false;
  int64_t every = 1;
  const char* prompt = nullptr;  ///< The policy's default.
  const char* after_prompt = nullptr;
};

constexpr int64_t kSinks = 1;
constexpr int64_t kRecent = 2;

std::vector<Choice> all_choices() {
  std::vector<Choice> choices;
  for (const bool protects : {false, true}) {
    for (const int64_t every : {1, 3}) {
      for (const char* scope : {"layer", "kv_head"}) {
        choices.push_back({scope, protects, every});
      }
    }
  }
  choices.push_back({"kv_head", true, 1, "one_shot", "evict"});
  choices.push_back({"layer", false, 1, "one_shot", "keep"});
  choices.push_back({"kv_head", true, 1, "keep", "evict"});
  choices.push_back({"kv_head", true, 1, "one_shot", "keep"});
  return choices;
}

Node with(const Choice& choice, Node options) {
  const auto set = [&options](const char* name, const std::string& value) {
    options.set(name, Node::scalar(value, Mark{.text = "conformance case"}));
  };
  set("scope", choice.scope);
  set("sinks", std::to_string(choice.protects ? kSinks : 0));
  set("recent", std::to_string(choice.protects ? kRecent : 0));
  set("every", std::to_string(choice.every));
  if (choice.prompt != nullptr) {
    set("prompt", choice.prompt);
    set("after_prompt", choice.after_prompt);
  }
  return options;
}

std::string name_of(const PolicySetup& setup) {
  if (!setup.bounded()) {
    return setup.has_size() ? fmt::format("state_size {} read{}", setup.state_size,
                                          setup.one_shot() ? ", prompt one_shot" : "")
                            : "every row kept";
  }
  std::string name =
      fmt::format("state_size {}, scope {}, sinks {}, recent {}, every {}", setup.state_size,
                  setup.common.scope == Scope::kLayer ? "layer" : "kv_head", setup.common.sinks,
                  setup.recent(), setup.common.every);
  name += setup.one_shot() ? ", prompt one_shot" : setup.keeps_prompt() ? ", prompt keep" : "";
  name += setup.keeps_after_prompt() ? ", after_prompt keep" : "";
  return name;
}

LayerCalibration random_layer(Random& random) {
  constexpr int64_t kHeads = 16;
  constexpr int64_t kHeadSize = 128;
  constexpr int64_t kPairs = kHeadSize / 2;
  const auto uniform = [&random](int64_t rows, int64_t columns, double low, double high) {
    std::vector<float> numbers(static_cast<size_t>(rows * columns));
    for (float& x : numbers) {
      x = static_cast<float>(low + (high - low) * random.uniform());
    }
    return numbers;
  };
  return {.heads = kHeads,
          .kv_heads = kHeads,
          .head_size = kHeadSize,
          .pairs = kPairs,
          .query_directions = uniform(kHeads, kHeadSize, -1.0, 1.0),
          .query_means = uniform(kHeads, kHeadSize, -1.0, 1.0),
          .query_lengths = uniform(kHeads, kPairs, 1.5, 2.5),  // More than that of any mean.
          .key_means = uniform(kHeads, kHeadSize, -1.0, 1.0)};
}

/// Nothing when the policy cannot be set up like that.
std::optional<PolicyCase> make_case(const PolicyEntry& entry, Node options, int64_t state_size) {
  try {
    PolicySetup setup = set_up_policy(entry, &options, state_size);
    setup.know_as(some_model());
    return PolicyCase{name_of(setup), std::move(options), std::move(setup)};
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace

const PolicySetup& some_model() {
  // Of ids: those of the random model, and of the tiny ones of tests.
  constexpr int64_t kKnownKinds = std::max<int64_t>(kRandomVocabulary, 1024);
  static const PolicySetup knows = [] {
    std::vector<TokenKind> kinds;
    for (int64_t id = 0; id < kKnownKinds; ++id) {
      kinds.push_back(static_cast<TokenKind>(id % 3));
    }
    PolicySetup setup;
    setup.token_kinds = std::make_shared<const std::vector<TokenKind>>(std::move(kinds));
    setup.calibration = some_calibration();
    setup.replay_ids = std::make_shared<const ReplayIds>(ReplayIds{{3, 14, 15}, {9, 26}, {5}});
    return setup;
  }();
  return knows;
}

std::shared_ptr<const Calibration> some_calibration() {
  static const auto calibration = [] {
    constexpr int kLayers = 64;
    Random random({17});
    Calibration made;
    for (int layer = 0; layer < kLayers; ++layer) {
      made.layers.push_back(random_layer(random));
    }
    return std::make_shared<const Calibration>(std::move(made));
  }();
  return calibration;
}

Subject make_subject(const PolicyEntry& entry, const Node& options) {
  OptionLister common;
  CommonOptions defaults;
  defaults.visit(common);
  CalibrationOption calibration;
  calibration.visit(common);
  std::vector<std::string> own;
  for (const OptionInfo& option : entry.options()) {
    const auto same = [&option](const OptionInfo& other) { return other.name == option.name; };
    if (std::none_of(common.options().begin(), common.options().end(), same)) {
      own.push_back(option.name);
    }
  }
  for (const auto& [name, value] : options.entries()) {
    if (std::find(own.begin(), own.end(), name) == own.end()) {
      throw value.error(fmt::format("{}: only options of the policy's own can be given: {}", name,
                                    own.empty() ? "it has none" : join(own)));
    }
  }
  OptionReader reader(&options, "");
  entry.maker()->visit(reader);
  return {&entry, options};
}

PolicySetup PolicyCase::set_up_anew() const {
  PolicySetup anew = set_up_policy(*setup.entry, &options, setup.state_size);
  anew.know_as(setup);
  return anew;
}

std::vector<PolicyCase> policy_cases(const Subject& subject, int64_t state_size) {
  std::vector<PolicyCase> cases;
  const auto add = [&](const Node& options, int64_t k) {
    auto one = make_case(*subject.entry, options, k);
    const auto same = [&one](const PolicyCase& other) { return other.name == one->name; };
    if (one && std::none_of(cases.begin(), cases.end(), same)) {
      cases.push_back(std::move(*one));
    }
  };
  if (!subject.entry->info.bounded) {
    add(subject.options, subject.entry->has_size() ? state_size : 0);
    if (subject.entry->selects()) {
      Node one_shot = subject.options;
      one_shot.set("prompt", Node::scalar("one_shot", Mark{.text = "conformance case"}));
      add(one_shot, state_size);
    }
    return cases;
  }
  add(subject.options, state_size);
  for (const Choice& choice : all_choices()) {
    add(with(choice, subject.options), state_size);
  }
  return cases;
}

std::vector<PolicyCase> policy_cases(int64_t state_size) {
  std::vector<PolicyCase> cases;
  for (const std::string& name : policy_registry().names()) {
    for (PolicyCase& one : policy_cases({policy_registry().find(name)}, state_size)) {
      one.name = fmt::format("{}: {}", name, one.name);
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

}  // namespace multistate
