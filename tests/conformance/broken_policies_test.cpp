// Planted faults: each is found by the check that is made for it, and said in words.

#include <algorithm>

#include "multistate/conformance/conformance.h"

#include "conformance/broken/decisions.h"
#include "conformance/broken/reads.h"
#include "conformance/broken/repetition.h"
#include "conformance/broken/rows.h"
#include "conformance/broken/scores.h"
#include "conformance/broken/slots.h"
#include "support/catch.h"

namespace multistate::test::broken_policies_test {
namespace {

/// A policy with a fault, the check that has to find it, and what the first finding has to say.
struct Planted {
  PolicyEntry entry;
  std::string check;
  std::string words;
  std::string also = {};  ///< A check that may fail beside it: batches are decoded in other blocks.
};

std::vector<Planted> planted_faults() {
  return {
      {unregistered<EvictsNothing>("evicts_nothing"), "sizes",
       "heads 4/4, state_size 1, scope layer, sinks 0, recent 0, every 1: policy evicts_nothing: "
       "layer 0, step 1: 2 rows are left where 1 are allowed"},
      {unregistered<EvictsProtected>("evicts_protected"), "protection",
       "heads 4/4, state_size 5, scope layer, sinks 1, recent 2, every 1: policy "
       "evicts_protected: layer 0, step 5: row 0 is protected or does not exist; candidates are 1 "
       "to 3"},
      {unregistered<EvictsBeyond>("evicts_beyond"), "protection",
       "policy evicts_beyond: layer 0, step 1: row 2 is protected or does not exist"},
      {unregistered<EvictsTwice>("evicts_twice"), "order",
       "policy evicts_twice: layer 0, step 1: row 0 is evicted twice"},
      {unregistered<EvictsDeadSlot>("evicts_dead_slot"), "order",
       "policy evicts_dead_slot: layer 0, step 2: row 0 was evicted before"},
      {unregistered<EvictsEarly>("evicts_early"), "full",
       "policy evicts_early: layer 0, step 2: 1 rows are evicted while only 3 of 4 are there"},
      {unregistered<ScoresNan>("scores_nan"), "scores",
       "policy scores_nan: layer 0, step 1: the score of the row at position 0 is "},
      {unregistered<ScoresInfinity>("scores_infinity"), "scores",
       "policy scores_infinity: layer 0, step 1: the score of the row at position 1 is -inf"},
      {unregistered<SwallowsNan>("swallows_nan"), "scores",
       "it goes on in silence when the query of token 12 is NaN: after step "},
      {unregistered<LeavesScoresOut>("leaves_scores_out"), "scores",
       "policy leaves_scores_out: layer 0, step 1: the score of the row at position 1 is nan, in "
       "plain loops, where scratch is NaN until it is written"},
      {unregistered<ReadsWhatItMerges>("reads_what_it_merges"), "reference",
       " the same rows go as in plain loops, but what token "},
      {unregistered<ReadsKeysUndeclared>("reads_keys"), "needs",
       "policy reads_keys: layer 0, step 1: the policy reads keys, which its needs() does not "
       "declare"},
      {unregistered<ReadsMemoryBeyond>("reads_memory"), "needs",
       "policy reads_memory: layer 0, step 0: the policy reads memory, which its needs() does not "
       "declare"},
      {unregistered<FailsOnManyRows>("fails_on_many"), "runs",
       "heads 4/4, state_size 1, scope layer, sinks 0, recent 0, every 1: it fails with: "
       "policy fails_on_many: layer 0, step 16: an exception leaves it: vector"},
      {unregistered<ObservesInVain>("observes_in_vain"), "decisions",
       "cases of 24 tokens: the scores of all candidates are equal whenever a row has to go, so "
       "that the oldest goes; needs() declares what is never read: attention; the memory that "
       "needs() declares stays 0 in every row. Does observe() override that of ScoringPolicy?"},
      {unregistered<ReadsAndForgets>("reads_and_forgets"), "decisions",
       "it keeps the rows that window keeps, whatever it reads. Is what it reads what decides?"},
      {unregistered<KeepsTheFirstFour>("keeps_the_first_four"), "decisions",
       "it keeps the rows that streaming keeps, whatever it reads"},
      {unregistered<DeclaresTooMuch>("declares_too_much"), "decisions",
       "needs() declares what is never read: keys, tokens, 2 buffers of scratch"},
      {unregistered<NeverWritesMemory>("never_writes_memory"), "decisions",
       "the memory that needs() declares stays 0 in every row"},
      {unregistered<CountsCallsGlobally>("counts_calls"), "determinism", " at first, row "},
      {unregistered<UsesStdRand>("uses_std_rand"), "determinism", " when run again"},
      {unregistered<AsksTheClock>("asks_the_clock"), "determinism", " when run again"},
      {unregistered<AsksTheThread>("asks_the_thread"), "determinism", " in another thread"},
      {unregistered<DeclaresRandomInVain>("random_in_vain"), "seed",
       "needs() declares random numbers, but the seed makes no difference"},
      {unregistered<LeaksBetweenSamples>("leaks"), "samples", " after another sample, row "},
      {unregistered<LeaksWhenInTurn>("leaks_in_turn"), "samples",
       " with another sample in turn, row "},
      {unregistered<LeaksInBatches>("leaks_in_batches"), "batch", "sample "},
      {unregistered<CountsSlots>("counts_slots"), "blocks", "after step ", "batch"},
      {unregistered<ReadsMemoryOfTheDead>("reads_the_dead"), "blocks", " token by token", "batch"},
      {unregistered_selecting<ReadsTooMuch>("reads_too_much"), "sizes",
       "heads 4/4, state_size 1 read: policy reads_too_much: layer 0, step 1: query head 0 of "
       "key/value head 0 reads 2 rows, where 1 to 1 are allowed"},
      {unregistered_selecting<ReadsTwice>("reads_twice"), "order",
       "policy reads_twice: layer 0, step 1: row 1 is read twice"},
      {unregistered_selecting<ReadsBeyond>("reads_beyond"), "runs",
       "policy reads_beyond: layer 0, step 1: rows 2 to 2 are read; there are the rows 0 to 1"},
      {unregistered_selecting<ReadsLogitsUndeclared>("reads_logits"), "needs",
       "policy reads_logits: layer 0, step 1: the policy reads logits, which its needs() does not "
       "declare"},
      {unregistered_selecting<ReadsByCalls>("reads_by_calls"), "samples", "what token "},
  };
}

/// What the report says, for failures of a test.
std::string report(const std::vector<CheckResult>& results) {
  std::string text;
  for (const CheckResult& result : results) {
    text += to_text(result) + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("every planted fault is one finding, of the check made for it, in words") {
  for (const Planted& fault : planted_faults()) {
    const auto results = check_policy(make_subject(fault.entry));
    INFO(fault.entry.name() << "\n" << report(results));
    CHECK(!all_passed(results));
    const auto found = std::find_if(results.begin(), results.end(), [&](const CheckResult& result) {
      return result.check == fault.check;
    });
    REQUIRE(found != results.end());
    CHECK(found->outcome == Outcome::kFailed);
    REQUIRE(!found->findings.empty());
    CHECK_THAT(found->findings.front(), ContainsSubstring(fault.words));
    for (const CheckResult& result : results) {
      INFO(result.check);
      CHECK((result.check == fault.check || result.check == fault.also ||
             result.outcome != Outcome::kFailed));
    }
  }
}

TEST_CASE("faults are there for every check that judges") {
  const auto faults = planted_faults();
  for (const Check& check : conformance_checks()) {
    INFO(check.name);
    const bool planted = std::any_of(faults.begin(), faults.end(), [&](const Planted& fault) {
      return fault.check == check.name;
    });
    CHECK((planted || check.name == "cost" || check.name == "description"));
  }
}

TEST_CASE("a policy without words is told which are missing") {
  const auto finding_of = [](PolicyEntry entry) {
    const auto results = check_policy(make_subject(entry));
    REQUIRE(results.front().check == "description");
    return results.front().findings.empty() ? "" : results.front().findings.front();
  };
  PolicyEntry entry = unregistered<EvictsNothing>("mine");
  CHECK(finding_of(entry).empty());
  entry.info.summary = "";
  CHECK(finding_of(entry) == "registration: its summary is empty");
  entry.info.summary = "some";
  entry.info.paper = "";
  CHECK_THAT(finding_of(entry), ContainsSubstring("it names no paper"));
  entry.info.paper = "none";
  entry.info.version = 0;
  CHECK_THAT(finding_of(entry), ContainsSubstring("its version is 0"));
  CHECK_THAT(finding_of(unregistered<EvictsNothing>("my policy")),
             ContainsSubstring("its name is 'my policy', which sweep files"));
}

}  // namespace multistate::test::broken_policies_test
