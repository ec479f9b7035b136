#include "multistate/base/error.h"

#include "aggregate/analysis/cells.h"
#include "support/catch.h"

namespace multistate::aggregate::test::groups_test {
namespace {

const std::vector<double> kLosses = {20.0, 22.0, 18.0, 20.0};

}  // namespace

TEST_CASE("another experiment makes another group, another policy or size does not") {
  Cells cells;
  cells.add("tova", 64, kLosses);
  cells.add("h2o", 128, kLosses);
  const size_t other = cells.add("tova", 64, kLosses);
  cells[other].parameters["experiment.context_length"] = 2048;
  cells[1].parameters["policy.sinks"] = 4;
  const auto groups = cells.analyze().groups;
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].cells == std::vector<size_t>{0, 1});
  CHECK(groups[1].cells == std::vector{other});
  CHECK(groups[1].key.at("experiment.context_length") == 2048);
  CHECK(!groups[1].key.contains("policy.name"));
  CHECK(!groups[1].baseline);
}

TEST_CASE("a model is known by its content, where the result has its hash") {
  Cells cells;
  for (int i = 0; i < 3; ++i) {
    cells.add("tova", 64 + i, kLosses);
    cells[static_cast<size_t>(i)].context = {{"inputs", {{"model_sha256", "a"}}}};
  }
  cells[1].parameters["model.path"] = "elsewhere/m.gguf";
  cells[2].context["inputs"]["model_sha256"] = "b";
  const auto groups = cells.analyze().groups;
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].cells == std::vector<size_t>{0, 1});
}

TEST_CASE("a cell that is there twice counts once, one that is not done not at all") {
  Cells cells;
  cells.add("tova", 64, kLosses);
  cells.add("tova", 64, kLosses);
  cells.add("h2o", 64, kLosses);
  cells[1].id = cells[0].id;
  cells[2].state = CellState::kFailed;
  const Analysis analysis = cells.analyze();
  CHECK(analysis.groups.at(0).cells == std::vector<size_t>{0});
  CHECK(warns(analysis, "1 cells appear more than once"));
  CHECK(warns(analysis, "made: 2 of 3 planned cells; 1 failed, 0 unfinished"));
}

TEST_CASE("parameters that vary, with policy and state size first") {
  Cells cells;
  cells.add("tova", 64, kLosses);
  cells.add("tova", 64, kLosses);
  cells[1].parameters["seed"] = 3;
  cells[1].parameters["experiment.context_length"] = 1024;
  cells[0].parameters["experiment.context_length"] = 2048;
  cells.add("h2o", 64, kLosses);
  for (size_t cell = 0; cell < 3; ++cell) {
    // Options that differ between policies only, and within one.
    cells[cell].parameters["policy.recent"] = cell < 2 ? 1 : 2;
    cells[cell].parameters["policy.sinks"] = cell < 1 ? 4 : 8;
  }
  // A seed that one has and the other has not is no second value.
  CHECK(cells.analyze().parameters == std::vector<std::string>{"policy.name", "state_size",
                                                               "experiment.context_length",
                                                               "policy.sinks"});
}

TEST_CASE("nll and perplexity are the headline, else what is asked for, else all") {
  Cells cells;
  cells.add("tova", 64, kLosses);
  cells[0].metrics["bits_per_byte"] = {1.0, std::nullopt, 4, false, "bits/byte"};
  const auto headline = [&](const AnalysisOptions& options) {
    std::vector<std::string> names;
    for (const MetricInfo& metric : cells.analyze(options).metrics) {
      if (metric.headline) {
        names.push_back(metric.name);
      }
    }
    return names;
  };
  CHECK(headline({}) == std::vector<std::string>{"nll", "perplexity"});
  AnalysisOptions options;
  options.headline = {"bits_per_byte"};
  CHECK(headline(options) == std::vector<std::string>{"bits_per_byte"});
  options.headline = {"perplexty"};
  CHECK_THROWS_WITH(
      cells.analyze(options),
      ContainsSubstring("metric 'perplexty' is in no result; there are "
                        "bits_per_byte, nll, perplexity; did you mean 'perplexity'?"));
  cells[0].metrics.erase("nll");
  cells[0].metrics.erase("perplexity");
  CHECK(headline({}) == std::vector<std::string>{"bits_per_byte"});
}

}  // namespace multistate::aggregate::test::groups_test
