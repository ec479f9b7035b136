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

/// Whether runs end as one before: else a difference says nothing, and 'determinism' says why. More
/// than one, since a policy that decides by chance may repeat itself once.
bool repeats(const LayerCase& one, const ScanRun& before) {
  constexpr int kRuns = 3;
  for (int run = 0; run < kRuns; ++run) {
    const PolicySetup setup = one.policy.set_up_anew();
    const ScanRun again = run_scan(scan_for(setup), *one.inputs, setup, Session::kSeed);
    if (fates_of(again.sets) != fates_of(before.sets)) {
      return false;
    }
  }
  return true;
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
    return difference.empty() || !repeats(one, clean)
               ? ""
               : fmt::format(
                     "it goes on in silence when the query of token {} is NaN: {}. Scores "
                     "made of NaN have to be NaN, so that the run stops",
                     kSpoilt, difference);
  } catch (const PolicyError& error) {
    if (error.breach() != Breach::kScore) {
      throw;
    }
    const auto start =
        fmt::format("policy {}: layer {}, step ", session.info().name, one.inputs->layer);
    return std::string(error.what()).starts_with(start)
               ? ""
               : fmt::format("the refusal does not start with '{}': {}", start, error.what());
  }
}

/// A score that is what memory held before: plain loops fill it with NaN.
std::string unwritten_score(Session& session, const LayerCase& one) {
  session.run(one);
  try {
    session.naive(one);
    return "";
  } catch (const PolicyError& error) {
    if (error.breach() != Breach::kScore) {
      throw;
    }
    // The engine's run has ended well, so this is about what only the loops do.
    return fmt::format("policy {}: {}, in plain loops, where scratch is NaN until it is written",
                       session.info().name, error.what());
  }
}

void check_scores(Session& session, Findings& findings) {
  for (const LayerCase& one : session.cases()) {
    findings.judge(one.name, [&] { return unwritten_score(session, one); });
  }
  for (const LayerCase* one : session.cases_of({2, 5, Session::kPage})) {
    findings.judge(one->name, [&] { return silent_nan(session, *one); });
  }
}

}  // namespace

std::vector<Check> score_checks() {
  return {{"scores",
           "writes every score, none NaN or infinite, and lets no NaN of the model's pass",
           {Breach::kScore},
           &check_scores}};
}

}  // namespace multistate
