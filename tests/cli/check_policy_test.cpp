// `multistate check-policy` from the outside; what the checks find is tested in tests/conformance.

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"

namespace multistate::test::check_policy_test {

TEST_CASE("check-policy lists every check and its outcome") {
  const auto result = run_program({"check-policy", "window"});
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK_THAT(result.out, ContainsSubstring("policy window, version 1\n"));
  CHECK_THAT(result.out, ContainsSubstring("\nok              sizes          never leaves more "));
  CHECK_THAT(result.out, ContainsSubstring(" a token and layer, beside "));
  CHECK_THAT(result.out, ContainsSubstring("\nall 16 checks passed\n"));
}

TEST_CASE("what does not apply to a policy is said") {
  const auto result = run_program({"check-policy", "full", "--json"});
  REQUIRE(result.exit_code == 0);
  const auto json = nlohmann::json::parse(result.out);
  CHECK(json.at("policy") == "full");
  CHECK(json.at("passed") == true);
  CHECK(json.at("checks").size() == 16);
  for (const auto& check : json.at("checks")) {
    if (check.at("check") == "sizes") {
      CHECK(check.at("outcome") == "not applicable");
      CHECK(check.at("note") == "it keeps every row");
    }
    if (check.at("check") == "reference") {
      CHECK(check.at("outcome") == "ok");
      CHECK(check.at("cases") == 3);
    }
  }
}

TEST_CASE("check-policy refuses what is no policy, and options that its cases set") {
  const auto unknown = run_program({"check-policy", "tovaa"});
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.err, ContainsSubstring("unknown policy 'tovaa'; did you mean 'tova'?"));
  const auto common = run_program({"check-policy", "tova:{sinks: 2}"});
  CHECK(common.exit_code == 2);
  CHECK_THAT(common.err, ContainsSubstring("options of tova:1:9: sinks: only options of the "
                                           "policy's own can be given: it has none"));
  CHECK(run_program({"check-policy"}).exit_code == 2);
}

}  // namespace multistate::test::check_policy_test
