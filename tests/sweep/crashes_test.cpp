#include "multistate/sweep/crashes.h"

#include "support/catch.h"

namespace multistate::test::crashes_test {
namespace {

ProcessDeath death_in(const std::vector<std::pair<std::string, int64_t>>& places,
                      bool was_killed = false) {
  ProcessDeath death;
  death.how = was_killed ? "died of signal 9 (Killed)" : "died of signal 11 (Segmentation fault)";
  death.was_killed = was_killed;
  for (const auto& [cell, sample] : places) {
    death.work.push_back({cell, sample, "in policy mine, layer 2, step 17", ""});
  }
  return death;
}

}  // namespace

TEST_CASE("a crash in a sample costs its cell, and nothing else") {
  Crashes crashes;
  CHECK(crashes.learn(death_in({{"a", 3}})));
  CHECK(crashes.learn(death_in({{"b", 0}})));
  REQUIRE(crashes.cells().size() == 2);
  CHECK(crashes.cells()[0].folder == "a");
  CHECK(crashes.cells()[0].sample == 3);
  CHECK(crashes.cells()[0].message ==
        "the process died of signal 11 (Segmentation fault) in policy mine, layer 2, step 17");
  CHECK_FALSE(crashes.one_at_a_time());
}

TEST_CASE("where one of several samples is at fault, they are run one at a time to find out") {
  Crashes crashes;
  CHECK(crashes.learn(death_in({{"a", 3}, {"b", 0}})));
  CHECK(crashes.cells().empty());
  CHECK(crashes.one_at_a_time());
  CHECK(crashes.learn(death_in({{"b", 0}})));
  CHECK(crashes.cells().size() == 1);
  CHECK_FALSE(crashes.one_at_a_time());
}

TEST_CASE("a process that is killed is tried again; twice in one sample is the cell's fault") {
  Crashes crashes;
  CHECK(crashes.learn(death_in({{"a", 3}}, true)));
  CHECK(crashes.learn(death_in({{"a", 4}}, true)));
  CHECK(crashes.cells().empty());
  CHECK(crashes.learn(death_in({{"a", 4}}, true)));
  REQUIRE(crashes.cells().size() == 1);
  CHECK_THAT(crashes.cells()[0].message,
             ContainsSubstring("as the system does when memory runs out"));

  Crashes others;
  CHECK(others.learn(death_in({{"a", 3}, {"b", 0}}, true)));
  CHECK_FALSE(others.one_at_a_time());
  CHECK(others.learn(death_in({{"a", 3}, {"b", 0}}, true)));
  CHECK(others.one_at_a_time());
}

TEST_CASE("a death outside of every sample is final, unless the process was killed") {
  Crashes crashes;
  CHECK_FALSE(crashes.learn(death_in({})));
  CHECK(crashes.learn(death_in({}, true)));
  CHECK(crashes.learn(death_in({}, true)));
  CHECK_FALSE(crashes.learn(death_in({}, true)));
}

}  // namespace multistate::test::crashes_test
