#include <limits>

#include <fmt/format.h>

#include "multistate/conformance/checks.h"
#include "multistate/conformance/differences.h"
#include "multistate/conformance/session.h"

namespace multistate {
namespace {

constexpr int64_t kSpoilt = Session::kTokens / 2;

/// The same with the queries of one token NaN, as a model that has overflowed makes them.
NaiveInputs spoilt(NaiveInputs inputs) {
  for (int64_t head = 0; head < inputs.heads; ++head) {
    for (int64_t i = 0; i < inputs.head_size; ++i) {
      const int64_t at = (head * inputs.tokens + kSpoilt) * inputs.head_size + i;
      inputs.queries[static_cast<size_t>(at)] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return inputs;
}

/// What the policy makes of a query that is NaN: the run has to stop and say so, or nothing may
/// come of it.
std::string silent_nan(Session& session, const LayerCase& one) {
  const ScanRun& clean = session.run(one);
  const PolicySetup setup = one.policy.set_up_anew();
  try {
    const ScanRun run = run_scan(scan_for(setup), spoilt(*one.inputs), setup, Session::kSeed);
    const auto difference =
        row_difference({"with it", fates_of(run.sets)}, {"without", fates_of(clean.sets)});
    return difference.empty()
               ? ""
               : fmt::format(
                     "it goes on in silence when the query of token {} is NaN: {}. Scores "
                     "made of NaN have to be NaN, so that the run stops",
                     kSpoilt, difference);
  } catch (const PolicyError& error) {
    if (error.breach() != Breach::kScore) {
      throw;
    }
    const auto start = fmt::format("policy {}: layer 0, step ", session.info().name);
    return std::string(error.what()).starts_with(start)
               ? ""
               : fmt::format("the refusal does not start with '{}': {}", start, error.what());
  }
}

void check_scores(Session& session, Findings& findings) {
  for (const LayerCase& one : session.cases()) {
    findings.judge(one.name, [&]() -> std::string {
      session.run(one);
      return "";
    });
  }
  for (const LayerCase* one : session.cases_of({2, 5})) {
    findings.judge(one->name, [&] { return silent_nan(session, *one); });
  }
}

}  // namespace

std::vector<Check> score_checks() {
  return {{"scores",
           "gives no score that is NaN or infinite, and lets none of the model's pass",
           {Breach::kScore},
           &check_scores}};
}

}  // namespace multistate
