#include "multistate/results/context.h"

#include <regex>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/environment.h"

namespace multistate::test::context_test {

TEST_CASE("the context holds Slurm's variables, but not its credential") {
  const EnvironmentVariable job("SLURM_JOB_ID", "7");
  const EnvironmentVariable credential("SLURM_JWT", "secret");
  const auto context = make_context("multistate run x.yaml");
  CHECK(context.at("slurm").at("SLURM_JOB_ID") == "7");
  CHECK(context.dump().find("secret") == std::string::npos);
  CHECK(context.at("command") == "multistate run x.yaml");
}

TEST_CASE("time is UTC, to the second") {
  CHECK(std::regex_match(utc_now(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")));
}

}  // namespace multistate::test::context_test
