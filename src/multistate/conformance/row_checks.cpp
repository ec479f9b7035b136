#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "multistate/base/text.h"
#include "multistate/conformance/checks.h"
#include "multistate/conformance/session.h"

namespace multistate {
namespace {

/// Which set of a layer, for messages; the only one is not named.
std::string set_name(const ScanRun& run, size_t set) {
  return run.sets.size() == 1 ? "the state" : fmt::format("set {}", set);
}

/// Rows that a set may hold after a step; kUnlimitedRows where there is no limit.
int64_t allowed_after(const PolicySetup& setup, int64_t step) {
  return setup.capacity_after(step, setup.state_size,
                              {.tokens = Session::kTokens, .prompt = Session::kPrompt});
}

/// Heads that share a budget may divide it as they like.
std::string excess_rows_together(const PolicySetup& setup, const ScanRun& run) {
  for (int64_t step = 0; step < Session::kTokens; ++step) {
    const int64_t of_set = std::min(allowed_after(setup, step), Session::kTokens);
    const int64_t allowed = of_set * static_cast<int64_t>(run.sets.size());
    int64_t rows = 0;
    for (const LayerState::Set& set : run.sets) {
      rows += static_cast<int64_t>(set.trace.kept_after(step).size());
    }
    if (rows > allowed) {
      return fmt::format("after step {} all sets hold {} rows; at most {} are allowed", step, rows,
                         allowed);
    }
  }
  return "";
}

/// What one query reads beyond the state size; the engine stops the run before.
std::string excess_reads(const PolicySetup& setup, const ScanRun& run) {
  const int64_t of_prompt = setup.one_shot() ? Session::kPrompt : 0;
  const int64_t allowed = std::max(setup.state_size, of_prompt);
  for (const LayerState::Set& set : run.sets) {
    if (set.reads.peak > allowed) {
      return fmt::format("a query read {} rows; at most {} are allowed", set.reads.peak, allowed);
    }
  }
  return "";
}

std::string excess_rows(const PolicySetup& setup, const ScanRun& run) {
  if (setup.faces.selecting != nullptr) {
    return excess_reads(setup, run);
  }
  if (setup.faces.pooled != nullptr || setup.faces.measured != nullptr) {
    return excess_rows_together(setup, run);
  }
  for (size_t set = 0; set < run.sets.size(); ++set) {
    for (int64_t step = 0; step < Session::kTokens; ++step) {
      const auto rows = static_cast<int64_t>(run.sets[set].trace.kept_after(step).size());
      if (rows > allowed_after(setup, step)) {
        return fmt::format("after step {} {} holds {} rows; at most {} are allowed", step,
                           set_name(run, set), rows, allowed_after(setup, step));
      }
    }
    const bool grows = setup.common.prompt != Prompt::kStepwise || setup.keeps_after_prompt();
    if (!grows && run.sets[set].peak_rows > setup.capacity()) {
      return fmt::format("{} held {} rows; at most {} are allowed", set_name(run, set),
                         run.sets[set].peak_rows, setup.capacity());
    }
  }
  return "";
}

/// The option that protects a row from being evicted after step `end`; null for none.
const char* protection_of(const PolicySetup& setup, int64_t row, int64_t end) {
  if (setup.keeps_prompt() && row < Session::kPrompt) {
    return "prompt";
  }
  if (row < setup.common.sinks) {
    return "sinks";
  }
  return end - row < setup.recent() ? "recent" : nullptr;
}

std::string lost_protected_row(const PolicySetup& setup, const ScanRun& run) {
  for (const LayerState::Set& set : run.sets) {
    for (int64_t row = 0; row < Session::kTokens; ++row) {
      const int64_t end = set.trace.evicted_at()[static_cast<size_t>(row)];
      const char* protection = end == RowTrace::kAlive ? nullptr : protection_of(setup, row, end);
      if (protection != nullptr) {
        return fmt::format("after step {} row {} is evicted, which {} protects", end, row,
                           protection);
      }
    }
  }
  return "";
}

std::string disorder(const PolicySetup& /*setup*/, const ScanRun& run) {
  for (size_t set = 0; set < run.sets.size(); ++set) {
    const auto positions = run.sets[set].rows.positions();
    const auto kept = run.sets[set].trace.kept_after(Session::kTokens - 1);
    if (!std::equal(positions.begin(), positions.end(), kept.begin(), kept.end())) {
      return fmt::format(
          "{} ends with the rows at positions [{}]; those that were never evicted "
          "are [{}]",
          set_name(run, set), fmt::join(positions, ", "), fmt::join(kept, ", "));
    }
  }
  return "";
}

using Judge = std::string (*)(const PolicySetup&, const ScanRun&);

/// A check of the run of every case.
std::function<void(Session&, Findings&)> on_runs(Judge judge) {
  return [judge](Session& session, Findings& findings) {
    if (!session.subject().entry->has_size()) {
      findings.does_not_apply("it keeps every row");
      return;
    }
    for (const LayerCase& one : session.cases()) {
      findings.judge(one.name, [&] { return judge(one.policy.setup, session.run(one)); });
    }
  };
}

}  // namespace

std::vector<Check> row_checks() {
  return {{"sizes",
           "never leaves more rows than the state size and `every` allow, and reads no more",
           {Breach::kRows},
           on_runs(&excess_rows)},
          {"protection",
           "never evicts a row that `sinks` or `recent` protects, or one that does not exist",
           {Breach::kProtected},
           on_runs(&lost_protected_row)},
          {"order",
           "evicts or reads each row at most once; those that are kept stay in order of position",
           {Breach::kRepeated},
           on_runs(&disorder)}};
}

}  // namespace multistate
