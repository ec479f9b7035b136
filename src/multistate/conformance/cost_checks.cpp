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

DecoderSpec small_model() {
  AttentionSpec attention;
  attention.heads = 8;
  attention.kv_heads = 2;
  attention.head_size = 64;
  attention.scale = 0.125;
  attention.rotation.size = attention.head_size;
  DecoderSpec spec;
  spec.hidden_size = attention.heads * attention.head_size;
  spec.layers = {{.attention = attention, .mlp = {}}};
  return spec;
}

std::string describe(const DecisionCost& cost, const AttentionSpec& attention) {
  const double decision = cost.decision.median * kMicroseconds;
  // The difference of two times, which on a busy machine may be less than nothing.
  const std::string share =
      decision > 0.0 ? fmt::format("{:.1f} us", decision) : "less than can be measured";
  return fmt::format(
      "{} a token and layer, beside {:.1f} us for attention (heads {}/{} of {}, state_size {}, {} "
      "tokens)",
      share, cost.no_op.median * kMicroseconds, attention.heads, attention.kv_heads,
      attention.head_size, kStateSize, kTokens);
}

/// Measured and told, never judged: it depends on the machine.
void measure(Session& session, Findings& findings) {
  if (!session.info().bounded) {
    findings.does_not_apply("it decides nothing that could be measured by itself");
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
  if (!session.cases().empty()) {
    setup.know_as(session.cases().front().policy.setup);
  }
  findings.judge("a state of the size that is measured", [&]() -> std::string {
    const DecoderSpec spec = small_model();
    findings.note(describe(measure_decision(spec, setup, kTokens, kRepetitions),
                           spec.layers.front().attention));
    return "";
  });
}

}  // namespace

std::vector<Check> cost_checks() {
  return {{"cost", "costs this for a decision, which is measured and not judged", {}, &measure}};
}

}  // namespace multistate
