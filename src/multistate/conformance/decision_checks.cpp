#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/conformance/checks.h"
#include "multistate/conformance/differences.h"
#include "multistate/conformance/session.h"

namespace multistate {
namespace {

/// Policies that do not look at what the rows hold. One that declares more and keeps the same rows
/// in every case decides by something else than it says.
constexpr std::array kControls = {"window", "streaming", "random"};

/// Something that needs() declares, and how to take it back.
struct Declared {
  std::string name;
  std::function<void(Needs&)> withhold;
};

std::vector<Declared> declared_by(const Needs& needs) {
  std::vector<Declared> all;
  const auto flag = [&](bool Needs::*member, const char* name) {
    if (needs.*member) {
      all.push_back({name, [member](Needs& left) { left.*member = false; }});
    }
  };
  const auto count = [&](int64_t Needs::*member, const char* one, const char* many) {
    if (needs.*member > 0) {
      all.push_back(
          {needs.*member == 1 ? one : fmt::format("{} {}", needs.*member, many),
           [member](Needs& left) { left.*member = std::max<int64_t>(left.*member - 1, 0); }});
    }
  };
  flag(&Needs::attention, "attention");
  flag(&Needs::query, "query");
  flag(&Needs::query_statistics, "query_statistics");
  flag(&Needs::keys, "keys");
  flag(&Needs::logits, "logits");
  flag(&Needs::values, "values");
  flag(&Needs::value_norms, "value_norms");
  flag(&Needs::tokens, "tokens");
  flag(&Needs::token_kinds, "token_kinds");
  flag(&Needs::random, "random");
  flag(&Needs::attention_change, "attention_change");
  flag(&Needs::calibration, "calibration");
  if (needs.future) {
    all.push_back({"future", [](Needs& left) { left.future = {}; }});
  }
  if (needs.replay) {
    all.push_back({"replay", [](Needs& left) { left.replay = {}; }});
  }
  if (needs.prompt_queries > 0) {
    all.push_back({"prompt_queries", [](Needs& left) { left.prompt_queries = 0; }});
  }
  flag(&Needs::token_queries, "token_queries");
  if (needs.page_rows > 0) {
    all.push_back({"page_rows", [](Needs& left) { left.page_rows = 0; }});
  }
  count(&Needs::memory, "memory", "fields of memory");
  count(&Needs::set_memory, "set_memory", "floats of set_memory");
  count(&Needs::head_memory, "head_memory", "vectors of head_memory");
  count(&Needs::scratch, "scratch", "buffers of scratch");
  count(&Needs::vectors, "vectors", "buffers of vectors");
  return all;
}

/// Whether the policy misses what is withheld: reading it ends the run.
bool uses(const LayerCase& one, const Declared& declared) {
  PolicySetup setup = one.policy.set_up_anew();
  declared.withhold(setup.needs);
  try {
    naive_scan(*one.inputs, setup, Session::kSeed, one.inputs->layer);
    return false;
  } catch (const PolicyError& error) {
    if (error.breach() != Breach::kNeeds) {
      throw;
    }
    return true;
  }
}

/// Judges all cases together, as far as `shown` has to look: true as soon as one case shows it.
/// Throws what a case throws, if none does.
bool any_case(Session& session, const std::function<bool(const LayerCase&)>& shown) {
  std::exception_ptr error;
  for (const LayerCase& one : session.cases()) {
    try {
      if (shown(one)) {
        return true;
      }
    } catch (...) {
      error = error ? error : std::current_exception();
    }
  }
  if (error) {
    std::rethrow_exception(error);
  }
  return false;
}

/// What needs() declares in vain, as sentences; none when it is all used.
std::vector<std::string> declared_in_vain(Session& session) {
  std::vector<std::string> unused;
  const Needs& needs = session.cases().front().policy.setup.needs;
  for (const Declared& declared : declared_by(needs)) {
    if (!any_case(session, [&](const LayerCase& one) { return uses(one, declared); })) {
      unused.push_back(declared.name);
    }
  }
  std::vector<std::string> wrong;
  if (!unused.empty()) {
    wrong.push_back(fmt::format("needs() declares what is never read: {}", join(unused)));
  }
  const auto written = [&](const LayerCase& one) { return session.naive(one).memory_written; };
  if (needs.remembers() && !any_case(session, written)) {
    wrong.emplace_back("the memory that needs() declares stays 0 in every row");
  }
  return wrong;
}

/// Nothing that the policy could decide by but positions.
bool positions_only(const Needs& needs) {
  return !needs.attention && !needs.query && !needs.query_statistics && !needs.keys &&
         !needs.values && !needs.value_norms && !needs.token_queries && !needs.knows_tokens() &&
         !needs.replay && !needs.future && !needs.random && !needs.remembers();
}

/// The control as it is compared with a case: with the case's common options, and first tokens of
/// its own on top of them. Nothing where that leaves no candidates.
std::optional<PolicySetup> control_beside(const PolicyEntry& control, const LayerCase& one) {
  const PolicySetup& judged = one.policy.setup;
  PolicySetup setup = set_up_policy(control, nullptr, Session::kBeyond);
  const int64_t own_sinks = setup.common.sinks;
  setup.state_size = judged.state_size;
  setup.common = judged.common;
  setup.common.sinks = std::max(setup.common.sinks, own_sinks);
  return setup.problem_with(setup.state_size).empty() ? std::optional(setup) : std::nullopt;
}

/// Whether rows differ from those that the control keeps.
bool differs(Session& session, const LayerCase& one, const PolicyEntry& control) {
  const auto setup = control_beside(control, one);
  return setup &&
         fates_of(session.run(one).sets) !=
             fates_of(run_scan(scan_for(*setup), *one.inputs, *setup, Session::kSeed).sets);
}

/// The control that keeps the rows of the policy in every case; "" when none does.
std::string twin(Session& session) {
  const PolicySetup& setup = session.cases().front().policy.setup;
  for (const char* name : kControls) {
    const PolicyEntry* control = policy_registry().find(name);
    const auto& bases = setup.bases;
    const bool itself = control == session.subject().entry ||
                        std::find(bases.begin(), bases.end(), control) != bases.end();
    if (control == nullptr || itself) {
      continue;
    }
    if (!any_case(session, [&](const LayerCase& one) { return differs(session, one, *control); })) {
      return name;
    }
  }
  return "";
}

bool is_scoring(const LayerCase& one) {
  return one.policy.setup.faces.scoring != nullptr;
}

/// Everything that one mistake may cause, as one finding: scores that are all equal, rows of a
/// control, needs in vain.
std::string no_decision(Session& session) {
  const LayerCase& first = session.cases().front();
  std::vector<std::string> symptoms;
  const auto differing = [&](const LayerCase& one) { return session.naive(one).scores_differ; };
  const bool constant = is_scoring(first) && !any_case(session, differing);
  if (constant) {
    symptoms.emplace_back(
        "the scores of all candidates are equal whenever a row has to go, so that the oldest goes");
  } else if (const auto& setup = first.policy.setup;
             setup.bounded() && !positions_only(setup.needs) && setup.faces.measured == nullptr) {
    // (A layer by itself does not show what a measure is for.)
    if (const std::string control = twin(session); !control.empty()) {
      symptoms.push_back(
          fmt::format("it keeps the rows that {} keeps, whatever it reads", control));
    }
  }
  for (const std::string& wrong : declared_in_vain(session)) {
    symptoms.push_back(wrong);
  }
  if (symptoms.empty()) {
    return "";
  }
  const bool forgets = first.policy.setup.needs.remembers();
  return fmt::format("{}. {}", join(symptoms, "; "),
                     constant && forgets ? "Does observe() override that of ScoringPolicy?"
                     : constant          ? "Does score() write what it has found?"
                                         : "Is what it reads what decides?");
}

void check_decisions(Session& session, Findings& findings) {
  if (!session.subject().entry->has_size()) {
    findings.does_not_apply("it keeps every row");
    return;
  }
  if (session.cases().empty()) {
    return;
  }
  findings.judge(
      fmt::format("in all {} cases of {} tokens", session.cases().size(), Session::kTokens),
      [&] { return no_decision(session); });
}

}  // namespace

std::vector<Check> decision_checks() {
  return {{"decisions",
           "decides by what needs() declares, and not as window, streaming or random do",
           {},
           &check_decisions}};
}

}  // namespace multistate
