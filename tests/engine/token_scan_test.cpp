#include <array>

#include "support/naive_scan.h"
#include "support/scan_run.h"
#include "support/torch.h"

namespace multistate::test {
namespace {

constexpr int64_t kTokens = 24;

struct Shape {
  int64_t heads;
  int64_t kv_heads;
};

constexpr std::array kShapes = {Shape{4, 4}, Shape{6, 2}, Shape{4, 1}};  // MHA, GQA, MQA

void check_equal(const ScanRun& run, const NaiveResult& naive) {
  REQUIRE(run.attended.size() == naive.attended.size());
  double worst = 0.0;
  for (size_t i = 0; i < run.attended.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(run.attended[i]) - naive.attended[i]));
  }
  CHECK(worst < 1e-5);
  REQUIRE(run.sets.size() == naive.kept.size());
  for (size_t set = 0; set < naive.kept.size(); ++set) {
    for (size_t step = 0; step < naive.kept[set].size(); ++step) {
      INFO("set " << set << ", step " << step);
      REQUIRE(run.sets[set].trace.kept_after(static_cast<int64_t>(step)) == naive.kept[set][step]);
    }
  }
}

}  // namespace

TEST_CASE("the token step equals naive loops in double precision, for every policy") {
  for (const Shape& shape : kShapes) {
    const auto inputs = NaiveInputs::random(shape.heads, shape.kv_heads, kTokens, 7);
    for (const int64_t k : {1, 2, 4, 5, 9, 16, 23, 24, 40}) {
      for (const PolicyCase& policy : policy_cases(k)) {
        INFO(policy.name << ", heads " << shape.heads << "/" << shape.kv_heads);
        const SampleSeed seed = {.seed = 3, .sample = 5};
        check_equal(run_scan(scan_for(policy.setup), inputs, policy.setup, seed),
                    naive_scan(inputs, policy.setup, seed, 0));
      }
    }
  }
}

TEST_CASE("tokens may come in several calls") {
  const auto inputs = NaiveInputs::random(6, 2, kTokens, 8);
  for (const PolicyCase& policy : policy_cases(6)) {
    INFO(policy.name);
    check_equal(run_scan(scan_for(policy.setup), inputs, policy.setup, {}, 5),
                naive_scan(inputs, policy.setup, {}, 0));
  }
}

TEST_CASE("equal scores evict the oldest row") {
  // Queries of zeros give every row the same weight, so TOVA has only ties.
  auto inputs = NaiveInputs::random(4, 2, kTokens, 9);
  std::fill(inputs.queries.begin(), inputs.queries.end(), 0.0);
  const auto setup = set_up_policy("tova", 4);
  const auto run = run_scan(token_scan(), inputs, setup);
  CHECK(run.sets.front().trace.kept_after(10) == std::vector<int64_t>{7, 8, 9, 10});
}

}  // namespace multistate::test
