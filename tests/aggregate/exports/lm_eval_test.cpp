#include <array>

#include "multistate/aggregate/collect.h"

#include "aggregate/exports/exports.h"
#include "aggregate/support/made_sweep.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace multistate::test::lm_eval_test {
namespace {

using namespace aggregate;
using nlohmann::json;

std::vector<ExportFile> files_of(const MadeSweep& sweep) {
  sweep.write_manifest();
  const std::array folders = {sweep.folder()};
  const Collection all = collect(folders);
  std::vector<size_t> cells;
  for (size_t i = 0; i < all.cells.size(); ++i) {
    cells.push_back(i);
  }
  return lm_eval_files(all, cells);
}

MadeCell tova(int64_t size) {
  return {.policy = "tova", .state_size = size, .samples = {{200.0}, {220.0}}};
}

}  // namespace

TEST_CASE("one file a model, policy and state size, done ones only") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder.path());
  sweep.done(tova(64));
  sweep.done(tova(128));
  sweep.missing(tova(256));
  sweep.done({.policy = "full", .samples = {{180.0}, {190.0}}, .model = "x/other.gguf"});
  const auto files = files_of(sweep);
  REQUIRE(files.size() == 3);
  CHECK(files[0].path == "model.gguf__tova__64/results_2026-01-02T03_05_05Z.json");
  CHECK(files[2].path.parent_path() == "other.gguf__full__unbounded");
}

TEST_CASE("a file has what lm-evaluation-harness has, in its names") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder.path());
  MadeCell cell = tova(64);
  cell.limited = true;
  sweep.done(cell);
  const json file = json::parse(files_of(sweep).at(0).text);
  const json& results = file.at("results").at("language_modeling_text.txt");
  // 420 nats over 200 tokens; both of 100, so the error is that of the mean of 2.0 and 2.2.
  CHECK(results.at("nll,none").get<double>() == approx(2.1));
  CHECK(results.at("nll_stderr,none").get<double>() == approx(0.1));
  CHECK(results.at("alias") == "language_modeling_text.txt");
  CHECK(file.at("higher_is_better").at("language_modeling_text.txt").at("nll") == false);
  CHECK(file.at("n-samples").at("language_modeling_text.txt") ==
        json{{"original", 100}, {"effective", 2}});
  CHECK(file.at("n-shot").at("language_modeling_text.txt") == 0);
  CHECK(file.at("versions").at("language_modeling_text.txt") == 1);
  CHECK(file.at("config").at("model") == "multistate");
  CHECK(file.at("config").at("limit") == 2);
  CHECK_THAT(file.at("config").at("model_args").get<std::string>(),
             ContainsSubstring("policy.name=tova,policy.version=1,state_size=64"));
  CHECK(file.at("git_hash") == "c0ffee");
  CHECK(file.at("date") == 1767323105);  // 2026-01-02 03:05:05 UTC
  CHECK(file.at("model_name") == "model.gguf__tova__64");
  CHECK(file.at("max_length") == 512);
  CHECK(file.at("total_evaluation_time_seconds") == "3");
  CHECK(file.at("task_hashes").at("language_modeling_text.txt") == std::string(64, 'c'));
  CHECK(file.contains("transformers_version"));
}

TEST_CASE("an error that is not there is N/A, as the harness writes it") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder.path());
  sweep.done({.policy = "tova", .state_size = 64, .samples = {{200.0}}});
  const json file = json::parse(files_of(sweep).at(0).text);
  CHECK(file.at("results").begin()->at("nll_stderr,none") == "N/A");
}

TEST_CASE("models with the same file name in different folders do not share a file") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder.path());
  for (const char* model : {"a/m.gguf", "b/m.gguf"}) {
    MadeCell cell = tova(64);
    cell.model = model;
    sweep.done(cell);
  }
  const auto files = files_of(sweep);
  REQUIRE(files.size() == 2);
  CHECK(files[1].path.parent_path() == "m.gguf__tova__64__2");
}

}  // namespace multistate::test::lm_eval_test
