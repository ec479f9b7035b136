#include <algorithm>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_sweep.h"

namespace multistate::test::generate_test {

using nlohmann::json;

TEST_CASE("generate goes on with a text, and says in JSON what it did") {
  const TinySweep sweep;
  const auto model = (sweep.folder() / "model.gguf").string();
  const std::vector<std::string> words = {
      "generate",     model,      "--prompt",        "the tale of", "-n", "20",
      "--ignore-eos", "--policy", "tova:{sinks: 1}", "-k",          "8"};
  const auto text = run_program(words);
  INFO(text.err);
  REQUIRE(text.exit_code == 0);

  auto with_json = words;
  with_json.insert(with_json.end(), {"--json", "--samples", "3", "--temperature", "1"});
  const auto run = run_program(with_json);
  REQUIRE(run.exit_code == 0);
  const auto report = json::parse(run.out);
  CHECK(report.at("policy").at("options").at("sinks") == 1);
  CHECK(report.at("state_size") == 8);
  REQUIRE(report.at("samples").size() == 3);
  for (const json& sample : report.at("samples")) {
    CHECK(sample.at("ids").size() == 20);
    CHECK(sample.at("end") == "length");
    CHECK(sample.at("rows_peak") == 8);
  }
  CHECK(report.at("samples")[0].at("ids") != report.at("samples")[1].at("ids"));
  CHECK(run_program(with_json).out.substr(0, 200) == run.out.substr(0, 200));
}

TEST_CASE("generate reads a file, and stops before a string") {
  const TinySweep sweep;
  const std::vector<std::string> words = {"generate",
                                          (sweep.folder() / "model.gguf").string(),
                                          "--file",
                                          (sweep.folder() / "text.txt").string(),
                                          "-n",
                                          "80",
                                          "--temperature",
                                          "1",
                                          "--ignore-eos",
                                          "--json"};
  const auto sample_of = [](const std::vector<std::string>& arguments) {
    const auto run = run_program(arguments);
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    return json::parse(run.out).at("samples").at(0);
  };
  const std::string whole = sample_of(words).at("text");
  const auto plain =
      std::find_if(whole.begin() + 1, whole.end(), [](char c) { return c > ' ' && c <= '~'; });
  REQUIRE(plain != whole.end());
  const std::string stop(1, *plain);
  auto stopping = words;
  stopping.insert(stopping.end(), {"--stop", stop});
  const auto sample = sample_of(stopping);
  CHECK(sample.at("end") == "stop_string");
  CHECK(sample.at("text") == whole.substr(0, whole.find(stop)));
}

TEST_CASE("generate refuses what it cannot do") {
  const TinySweep sweep;
  const auto model = (sweep.folder() / "model.gguf").string();
  const auto refused = [&](std::vector<std::string> rest, const std::string& message) {
    rest.insert(rest.begin(), {"generate", model});
    const auto run = run_program(rest);
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK_THAT(run.err, ContainsSubstring(message));
  };
  refused({}, "prompt");
  refused({"--prompt", "a", "--file", "b"}, "prompt");
  refused({"--prompt", ""}, "the prompt is empty");
  refused({"--prompt", "a", "--policy", "tova"}, "--state-size: is missing; policy tova needs one");
  refused({"--prompt", "a", "-k", "8"}, "--state-size: policy full keeps every row");
  refused({"--prompt", "a", "--policy", "tovaa", "-k", "8"}, "did you mean 'tova'?");
  refused({"--prompt", "a", "--top-p", "0"}, "--top-p");
  refused({"--prompt", "a", "--temperature", "-1"}, "--temperature");
  refused({"--prompt", "a", "--stop", ""}, "a stop string has at least one byte");
  refused({"--prompt", "a", "-n", "0"}, "--max-tokens");
  refused({"--file", "/nowhere"}, "/nowhere");
}

}  // namespace multistate::test::generate_test
