#include "multistate/results/context.h"

#include <cstdlib>
#include <regex>

#include <nlohmann/json.hpp>

#include "support/catch.h"

namespace multistate::test {

TEST_CASE("the context holds Slurm's variables, but not its credential") {
  ::setenv("SLURM_JOB_ID", "7", 1);
  ::setenv("SLURM_JWT", "secret", 1);
  const auto context = make_context("multistate run x.yaml");
  ::unsetenv("SLURM_JOB_ID");
  ::unsetenv("SLURM_JWT");
  CHECK(context.at("slurm").at("SLURM_JOB_ID") == "7");
  CHECK(context.dump().find("secret") == std::string::npos);
  CHECK(context.at("command") == "multistate run x.yaml");
}

TEST_CASE("time is UTC, to the second") {
  CHECK(std::regex_match(utc_now(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")));
}

}  // namespace multistate::test
