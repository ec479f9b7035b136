#include <fmt/format.h>

#include "multistate/bench/decision.h"
#include "multistate/conformance/checks.h"
#include "multistate/conformance/session.h"

namespace multistate {
namespace {

constexpr int64_t kStateSize = 128;
constexpr int64_t kTokens = 512;
constexpr int64_t kRepetitions = 3;
constexpr double kMicroseconds = 1e6;

TransformerConfig layer_of_a_small_model() {
  TransformerConfig config;
  config.layers = 1;
  config.heads = 8;
  config.kv_heads = 2;
  config.head_size = 64;
  config.rope_theta = 10000.0;
  return config;
}

std::string describe(const DecisionCost& cost, const TransformerConfig& config) {
  const double decision = cost.decision.median * kMicroseconds;
  // The difference of two times, which on a busy machine may be less than nothing.
  const std::string share =
      decision > 0.0 ? fmt::format("{:.1f} us", decision) : "less than can be measured";
  return fmt::format(
      "{} a token and layer, beside {:.1f} us for attention (heads {}/{} of {}, state_size {}, {} "
      "tokens)",
      share, cost.no_op.median * kMicroseconds, config.heads, config.kv_heads, config.head_size,
      kStateSize, kTokens);
}

/// Measured and told, never judged: it depends on the machine.
void measure(Session& session, Findings& findings) {
  if (!session.info().bounded) {
    findings.does_not_apply("it decides nothing");
    return;
  }
  const Subject& subject = session.subject();
  PolicySetup setup;
  try {
    setup = set_up_policy(*subject.entry, &subject.options, kStateSize);
  } catch (const InputError& error) {
    findings.does_not_apply(error.what());
    return;
  }
  findings.judge("a state of the size that is measured", [&]() -> std::string {
    const auto config = layer_of_a_small_model();
    findings.note(describe(measure_decision(config, setup, kTokens, kRepetitions), config));
    return "";
  });
}

}  // namespace

std::vector<Check> cost_checks() {
  return {{"cost", "costs this for a decision, which is measured and not judged", {}, &measure}};
}

}  // namespace multistate
