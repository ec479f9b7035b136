// The test suite that every policy has to pass, as the package installs it: a test that links
// multistate::conformance and its policies has these cases. Which policies are checked: those of
// the environment variable MULTISTATE_CONFORMANCE_POLICIES, else of the macro of that name
// ("mine,other"; "*" for all), else all that are registered outside the library.

#include "multistate/conformance/suite.h"

#include "support/catch.h"

TEST_CASE("policies keep their contract", "[conformance]") {
#ifdef MULTISTATE_CONFORMANCE_POLICIES
  const std::string chosen = MULTISTATE_CONFORMANCE_POLICIES;
#else
  const std::string chosen;
#endif
  const auto subjects = multistate::conformance_subjects(chosen);
  // A suite that checks nothing would pass.
  REQUIRE(!subjects.empty());
  for (const auto& subject : subjects) {
    DYNAMIC_SECTION(subject.entry->name()) {
      for (const auto& result : multistate::check_policy(subject)) {
        INFO(multistate::to_text(result));
        CHECK(result.passed());
      }
    }
  }
}
