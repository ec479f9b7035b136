// The experiment from the outside: options, tags, pictures, results.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/results/metric.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::state_analysis_test {
namespace {

namespace fs = std::filesystem;

class StateSweep {
 public:
  StateSweep()
      : file_(sweep_.write("policy: {name: tova}\nstate_size: 8\n").string()),
        text_(read_file(sweep_.folder() / "text.txt")) {}

  ProgramResult run(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"run", file_, "experiment.name=state_analysis"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }

  nlohmann::json result() const {
    const auto cells = fs::directory_iterator(sweep_.output() / "cells");
    return nlohmann::json::parse(read_file(cells->path() / "result.json"));
  }

  /// Tags every third word of the text, by its letters.
  fs::path write_tags(const std::string& sha256) const {
    std::string lines = fmt::format(
        "{{\"schema\": \"multistate.tags\", \"version\": 1, \"sha256\": \"{}\", \"tagger\": \"t\"}}"
        "\n",
        sha256);
    size_t number = 0;
    for (size_t begin = 0; begin < text_.size();) {
      const size_t end = std::min(text_.find(' ', begin), text_.size());
      if (number++ % 3 == 0) {
        lines += fmt::format("{{\"begin\": {}, \"end\": {}, \"tag\": \"NN\"}}\n", begin, end);
      }
      begin = end + 1;
    }
    const fs::path path = sweep_.folder() / "text.tags.jsonl";
    write_file(path, lines);
    return path;
  }

  const std::string& text() const { return text_; }
  fs::path folder() const { return sweep_.folder(); }

 private:
  TinySweep sweep_;
  std::string file_;
  std::string text_;
};

std::vector<std::string> labels_of(const nlohmann::json& series) {
  return series.at("label").get<std::vector<std::string>>();
}

}  // namespace

TEST_CASE("state_analysis puts lifetimes, series and maps into results, with a BOS token") {
  const StateSweep sweep;
  const auto run = sweep.run(
      {"experiment.add_bos=true", "experiment.picture_cells=16", "experiment.first_rows=5"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto result = sweep.result();
  // 64 tokens, k = 8: (45 + 55 * 9) / 64.
  CHECK(result.at("metrics").at("lifetime_mean").at("value") == 8.4375);
  CHECK(result.at("metrics").at("lifetime_law").at("value") == 8.4375);
  CHECK(result.at("state").at("mean_row_lifetime") == 8.4375);
  CHECK(result.at("series").at("first_rows_share").at("value").size() == 5);
  // Letters and blanks are "other"; the BOS token is none of the text.
  CHECK(labels_of(result.at("series").at("lifetime_by_class")) ==
        std::vector<std::string>{"other", "special"});
  CHECK(result.at("metrics").at("lifetime_special").at("value") ==
        result.at("series").at("first_rows_steps").at("value").at(0));
  CHECK(result.at("maps").at("kept_rows").at("values").size() == 16);
  CHECK(!result.at("series").contains("lifetime_by_tag"));
}

TEST_CASE("tags of words give lifetimes by tag, from a file or a folder, and are the cell's data") {
  const StateSweep sweep;
  const auto path = sweep.write_tags(sha256_hex(sweep.text()));
  const auto run = sweep.run({"experiment.tags=" + path.string()});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto result = sweep.result();
  CHECK(labels_of(result.at("series").at("lifetime_by_tag")) ==
        std::vector<std::string>{"NN", "none"});
  // A folder of tags is the same cell: there is nothing left to run.
  const auto again = sweep.run({"experiment.tags=" + sweep.folder().string()});
  INFO(again.err);
  CHECK(again.exit_code == 0);
  CHECK(sweep.result().at("cell_id") == result.at("cell_id"));
  CHECK(sweep.result().at("config").at("experiment").at("tags") == path.string());
}

TEST_CASE("what does not fit is refused before anything runs") {
  const StateSweep sweep;
  const auto missing = sweep.run({"experiment.tags=/nowhere/tags"});
  CHECK(missing.exit_code == 2);
  CHECK_THAT(missing.err, ContainsSubstring("experiment.tags: '/nowhere/tags' does not exist"));
  const auto path = sweep.write_tags(std::string(64, '0'));
  const auto other = sweep.run({"experiment.tags=" + path.string()});
  CHECK(other.exit_code == 2);
  CHECK_THAT(other.err, ContainsSubstring("text.tags.jsonl: line 1: 'sha256' is"));
  CHECK_THAT(other.err, ContainsSubstring("the tags are those of another text"));
  const auto layer = sweep.run({"experiment.picture_layer=2"});
  CHECK_THAT(layer.err,
             ContainsSubstring("experiment.picture_layer: 2; the model has layers 0 to 1"));
  CHECK(layer.exit_code == 2);
}

}  // namespace multistate::test::state_analysis_test
