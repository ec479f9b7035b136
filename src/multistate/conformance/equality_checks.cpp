#include <array>

#include <fmt/format.h>

#include "multistate/conformance/checks.h"
#include "multistate/conformance/differences.h"
#include "multistate/conformance/session.h"
#include "multistate/engine/block_scan.h"

namespace multistate {
namespace {

/// What a state that is not full yet, or never is, has to do with full attention.
std::string not_full(Session& session, const LayerCase& one) {
  const ScanRun& run = session.run(one);
  if (one.policy.setup.has_size() && one.policy.setup.state_size < Session::kTokens) {
    return "";  // Run for the engine's own check of what goes too early.
  }
  const PolicySetup& everything = keep_all_setup();
  const ScanRun full = run_scan(causal_scan(), *one.inputs, everything);
  for (const LayerState::Set& set : run.sets) {
    if (one.policy.setup.has_size() && set.kept < Session::kTokens) {
      return "";  // It has fewer rows than others, and is full sooner (MeasuredBudgets).
    }
    // After the last token the state is full, and nobody looks any more.
    const auto kept = set.trace.kept_after(Session::kTokens - 2);
    if (static_cast<int64_t>(kept.size()) < Session::kTokens - 1) {
      return fmt::format("{} rows go, though the state has room for all {}",
                         Session::kTokens - 1 - static_cast<int64_t>(kept.size()),
                         Session::kTokens);
    }
  }
  if (one.policy.setup.needs.quantization) {
    return "";  // What is left of rows is not the rows.
  }
  const auto values = value_difference(run.attended, {full.attended.begin(), full.attended.end()},
                                       Session::kTokens);
  return values.empty() ? "" : values + " from full attention, though the state holds every row";
}

void check_full(Session& session, Findings& findings) {
  for (const LayerCase& one : session.cases()) {
    findings.judge(one.name, [&] { return not_full(session, one); });
  }
}

/// The scan made for the policy against one token at a time: in one block, in several, and in
/// several calls.
std::string block_difference(Session& session, const LayerCase& one) {
  const auto with = [&](const LayerScan& scan, int64_t calls) {
    const PolicySetup setup = one.policy.set_up_anew();
    return run_scan(scan, *one.inputs, setup, Session::kSeed, calls);
  };
  const std::string by_token = "token by token";
  const ScanRun expected = with(token_scan(), 1);
  auto difference = run_difference(session.run(one), "in one block", expected, by_token);
  if (!difference.empty()) {
    return difference;
  }
  if (one.policy.setup.bounded()) {
    difference = run_difference(with(BlockScan(7), 1), "in blocks of 7", expected, by_token);
    if (!difference.empty()) {
      return difference;
    }
  }
  if (one.policy.setup.needs.future) {
    return "";  // A sample is one call.
  }
  return run_difference(with(scan_for(one.policy.setup), 5), "in five calls", expected, by_token);
}

void check_blocks(Session& session, Findings& findings) {
  if (!session.subject().entry->has_size()) {
    findings.does_not_apply("it keeps every row");
    return;
  }
  bool any = session.cases().empty();
  for (const LayerCase& one : session.cases()) {
    if (&scan_for(one.policy.setup) != &token_scan()) {
      any = true;
      findings.judge(one.name, [&] { return block_difference(session, one); });
    }
  }
  if (!any) {
    findings.does_not_apply("it is always run token by token");
  }
}

std::string reference_difference(Session& session, const LayerCase& one) {
  const ScanRun& run = session.run(one);
  const NaiveResult& naive = session.naive(one).result;
  auto rows =
      row_difference({"in the engine", fates_of(run.sets)}, {"in plain loops", fates_of(naive)});
  if (!rows.empty()) {
    return rows;
  }
  ReadCounts reads;
  for (const LayerState::Set& set : run.sets) {
    reads.add(set.reads);
  }
  if (reads.total != naive.rows_read || reads.peak != naive.most_read) {
    return fmt::format("queries read {} rows, one {} at most; in plain loops {} and {}",
                       reads.total, reads.peak, naive.rows_read, naive.most_read);
  }
  const auto values = value_difference(run.attended, naive.attended, Session::kTokens);
  return values.empty() ? "" : fmt::format("the same rows go as in plain loops, but {}", values);
}

void check_reference(Session& session, Findings& findings) {
  for (const LayerCase& one : session.cases()) {
    findings.judge(one.name, [&] { return reference_difference(session, one); });
  }
}

}  // namespace

std::vector<Check> equality_checks() {
  return {{"full",
           "is full attention until the state is full: nothing goes before",
           {Breach::kEarly},
           &check_full},
          {"blocks",
           "keeps the same rows in blocks of tokens and token by token",
           {},
           &check_blocks,
           {"scores", "determinism", "samples"}},
          {"reference",
           "keeps the rows that plain loops in double precision keep",
           {},
           &check_reference,
           {"scores", "determinism", "samples", "blocks"}}};
}

}  // namespace multistate
