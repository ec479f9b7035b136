#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/results/metric.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_sweep.h"

namespace multistate::test::throughput_test {
namespace {

nlohmann::json result_of(const std::filesystem::path& cells, const std::string& policy) {
  for (const auto& entry : std::filesystem::directory_iterator(cells)) {
    const auto result = nlohmann::json::parse(read_file(entry.path() / "result.json"));
    if (result.at("config").at("policy").at("name") == policy) {
      return result;
    }
  }
  throw std::runtime_error("no cell of " + policy);
}

}  // namespace

TEST_CASE("throughput puts speed, bytes of state and the batch that fits into results") {
  const TinySweep sweep;
  const auto file = sweep.write("policy: {name: tova}\nstate_size: 16\n").string();
  const auto run = run_program({"run", file, "experiment.name=throughput", "~experiment.data",
                                "experiment.context_length=50", "experiment.repetitions=2",
                                "experiment.decode_steps=4", "experiment.decode_memory_mib=1",
                                "policy.name=tova,full", "--jobs", "3"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto result = result_of(sweep.output() / "cells", "tova");
  // Times are measured by one sample at a time, whatever --jobs says.
  CHECK(result.at("perf").at("load").at("jobs_beside") == 0);
  const auto& tova = result.at("metrics");
  const auto full = result_of(sweep.output() / "cells", "full").at("metrics");
  // Two layers of two key/value heads of 8: keys and values in float32, and the position.
  const int64_t row = 2 * (2 * 2 * 8 * 4 + 8);
  CHECK(tova.at("sample_state_bytes").at("value") == 16 * row);
  CHECK(full.at("sample_state_bytes").at("value") == (50 + 4) * row);
  CHECK(tova.at("fitting_batch").at("value") == (1 << 20) / (16 * row));
  // Above the noise of two repetitions, or a bound; never below zero.
  REQUIRE(tova.contains("decision_us") != tova.contains("decision_us_at_most"));
  const char* const cost = tova.contains("decision_us") ? "decision_us" : "decision_us_at_most";
  CHECK(tova.at(cost).at("value").get<double>() > 0.0);
  CHECK(!full.contains("decision_us"));
  CHECK(!full.contains("decision_us_at_most"));
  for (const char* name : {"tokens_per_s", "of_linears", "decode_tokens_per_s"}) {
    CHECK(tova.at(name).at("value").get<double>() > 0.0);
    CHECK(tova.at(name).at("n") == 2);
    CHECK(tova.at(name).at("timed") == true);
  }
}

}  // namespace multistate::test::throughput_test
