#include <future>

#include <fmt/format.h>

#include "multistate/conformance/checks.h"
#include "multistate/conformance/differences.h"
#include "multistate/conformance/session.h"

namespace multistate {
namespace {

/// A run with an object of the policy that has seen nothing before.
ScanRun run_anew(const LayerCase& one, SampleSeed seed = Session::kSeed) {
  const PolicySetup setup = one.policy.set_up_anew();
  return run_scan(scan_for(setup), *one.inputs, setup, seed);
}

void check_determinism(Session& session, Findings& findings) {
  for (const LayerCase* one : session.cases_of({1, 2, 5, Session::kPage})) {
    findings.judge(one->name, [&] {
      const ScanRun first = run_anew(*one);
      auto again = run_difference(first, "at first", run_anew(*one), "when run again");
      if (!again.empty()) {
        return again;
      }
      const ScanRun other = std::async(std::launch::async, [&] { return run_anew(*one); }).get();
      return run_difference(first, "at first", other, "in another thread");
    });
  }
}

/// Keys that are all alike: what decides among equals shows.
NaiveInputs all_alike(const NaiveInputs& inputs) {
  return NaiveInputs::integers(inputs.heads, inputs.kv_heads, inputs.tokens, 1, 0);
}

std::string seed_difference(const LayerCase& one) {
  const SampleSeed other = {.seed = Session::kSeed.seed + 1, .sample = Session::kSeed.sample};
  const auto compare = [](const ScanRun& first, const ScanRun& second) {
    return run_difference(first, "with one seed", second, "with another");
  };
  auto difference = compare(run_anew(one), run_anew(one, other));
  if (!difference.empty()) {
    return difference;
  }
  LayerCase alike = one;
  const NaiveInputs inputs = all_alike(*one.inputs);
  alike.inputs = &inputs;
  return compare(run_anew(alike), run_anew(alike, other));
}

void check_seed(Session& session, Findings& findings) {
  bool declared = false;
  bool seen = false;
  for (const LayerCase* one : session.cases_of({2, 5, Session::kPage})) {
    findings.judge(one->name, [&]() -> std::string {
      const auto difference = seed_difference(*one);
      if (one->policy.setup.needs.random) {
        declared = true;
        seen = seen || !difference.empty();
        return "";
      }
      return difference.empty()
                 ? ""
                 : fmt::format("needs() declares no random numbers, but {}", difference);
    });
  }
  if (declared) {
    findings.judge("all of these", [&] {
      return seen ? "" : "needs() declares random numbers, but the seed makes no difference";
    });
  }
}

}  // namespace

std::vector<Check> repetition_checks() {
  return {{"determinism",
           "decides alike when run again, and in another thread",
           {},
           &check_determinism},
          {"seed",
           "depends on the seed when needs() declares random, and only then",
           {},
           &check_seed,
           {"scores", "decisions", "determinism"}}};
}

}  // namespace multistate
