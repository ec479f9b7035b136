#include "multistate/config/grid.h"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/config/override.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::grid_test {
namespace {

using test::input_error;

std::string design_sweep() {
  return "name: austen-perplexity\n"
         "output: results/austen-perplexity\n"
         "model: {path: data/models/smollm2-135m-instruct.gguf, dtype: float32, device: cpu}\n"
         "experiment: {name: language_modeling, data: data/austen, context_length: 2048, "
         "max_chunks: 12}\n"
         "policy: {name: tova}\n"
         "state_size: 256                 # rows\n"
         "seed: 0\n"
         "sweep:\n"
         "  parameters:\n"
         "    policy.name: {values: [window, streaming, h2o, tova]}\n"
         "    state_size:  {values: [64, 128, 256, 512]}\n"
         "  include: [{policy.name: full}]\n"
         "  exclude: []\n";
}

std::vector<std::string> described(const std::vector<GridCell>& cells) {
  std::vector<std::string> texts;
  for (const GridCell& cell : cells) {
    std::string text;
    for (const auto& [key, value] : cell.parameters) {
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value.to_json().dump());
    }
    texts.push_back(text);
  }
  return texts;
}

std::vector<std::string> expand(const std::string& text) {
  return described(expand_grid(parse_yaml(text, "s.yaml")));
}

std::vector<std::string> expand_with(const std::string& text,
                                     std::initializer_list<const char*> arguments) {
  const std::array<std::string, 5> known = {"policy", "state_size", "a", "b", "sweep"};
  Node root = parse_yaml(text, "s.yaml");
  for (const char* argument : arguments) {
    apply_override(root, parse_override(argument), known);
  }
  return described(expand_grid(root));
}

TEST_CASE(
    "Four policies at four sizes and the full state make seventeen cells in the file's order") {
  const std::vector<GridCell> cells = expand_grid(parse_yaml(design_sweep(), "s.yaml"));
  CHECK(described(cells) ==
        std::vector<std::string>{
            R"(policy.name="window" state_size=64)", R"(policy.name="window" state_size=128)",
            R"(policy.name="window" state_size=256)", R"(policy.name="window" state_size=512)",
            R"(policy.name="streaming" state_size=64)", R"(policy.name="streaming" state_size=128)",
            R"(policy.name="streaming" state_size=256)",
            R"(policy.name="streaming" state_size=512)", R"(policy.name="h2o" state_size=64)",
            R"(policy.name="h2o" state_size=128)", R"(policy.name="h2o" state_size=256)",
            R"(policy.name="h2o" state_size=512)", R"(policy.name="tova" state_size=64)",
            R"(policy.name="tova" state_size=128)", R"(policy.name="tova" state_size=256)",
            R"(policy.name="tova" state_size=512)", R"(policy.name="full")"});
  for (const GridCell& cell : cells) {
    CHECK(cell.config.member("sweep") == nullptr);
    CHECK(cell.config.find("experiment.max_chunks")->as_integer("") == 12);
    for (const auto& [key, value] : cell.parameters) {
      CHECK(cell.config.find(key)->to_json() == value.to_json());
    }
  }
  CHECK(cells.back().config.find("state_size")->as_integer("") == 256);
  CHECK(cells.front().config.find("state_size")->mark().text == "s.yaml:11:28");
}

TEST_CASE("A file without a sweep, or with an empty one, is one cell") {
  for (const char* const text : {"seed: 3\n", "seed: 3\nsweep:\n", "seed: 3\nsweep: {}\n",
                                 "seed: 3\nsweep: {parameters: {}, include: [], exclude:}\n"}) {
    CAPTURE(text);
    const std::vector<GridCell> cells = expand_grid(parse_yaml(text, "s.yaml"));
    REQUIRE(cells.size() == 1);
    CHECK(cells.front().parameters.empty());
    CHECK(cells.front().config.to_json().dump() == R"({"seed":3})");
  }
}

TEST_CASE("Without parameters the include entries are the whole sweep") {
  CHECK(expand("seed: 0\nsweep: {include: [{seed: 1}, {seed: 2, policy.name: h2o}]}\n") ==
        std::vector<std::string>{"seed=1", R"(seed=2 policy.name="h2o")"});
}

TEST_CASE(
    "The last axis set to one value by an override leaves the base beside the include entries") {
  const std::string text =
      "policy: {name: tova}\nsweep: {parameters: {policy.name: {values: [a, b]}}, include: "
      "[{policy.name: full}]}\n";
  CHECK(expand_with(text, {"policy.name=h2o"}) ==
        std::vector<std::string>{"", R"(policy.name="full")"});
}

TEST_CASE("Exclude entries take away the cells that equal all of their keys") {
  const std::string head =
      "seed: 7\nsweep:\n  parameters: {a: {values: [1, 2]}, b: {values: [x, y]}}\n";
  CHECK(expand(head + "  exclude: [{a: 1, b: x}]\n") ==
        std::vector<std::string>{R"(a=1 b="y")", R"(a=2 b="x")", R"(a=2 b="y")"});
  CHECK(expand(head + "  exclude: [{a: 2.0}, {b: y, seed: 7}, {b: y}]\n") ==
        std::vector<std::string>{R"(a=1 b="x")"});
  CHECK(expand(head + "  exclude: [{a: 1}, {a: 2}]\n  include: [{a: 1, b: x}]\n") ==
        std::vector<std::string>{R"(a=1 b="x")"});
}

TEST_CASE("An exclude entry for values that an override took away is no error") {
  const std::string text =
      "a: 0\nsweep:\n  parameters: {a: {values: [1, 2]}, b: {values: [x, y]}}\n  exclude: [{a: 1, "
      "b: "
      "x}]\n";
  CHECK(expand_with(text, {"a=2"}) == std::vector<std::string>{R"(b="x")", R"(b="y")"});
  CHECK(expand_with(text, {"a=2,3", "b=x,z"}).size() == 4);
  CHECK(expand_with(text, {"a=1,3"}).size() == 3);
}

TEST_CASE("An axis may have lists for values, and need not be in the base") {
  CHECK(expand("name: x\nsweep: {parameters: {stop: {values: [[a], [a, b]]}}}\n") ==
        std::vector<std::string>{R"(stop=["a"])", R"(stop=["a","b"])"});
}

struct BadSweep {
  const char* text;  ///< Of the file behind its first line, "base: {key: 1}".
  const char* message;
};

TEST_CASE("A sweep that is not one is refused with its place") {
  const auto bad = GENERATE(
      BadSweep{"sweep: [a]", "2:8: sweep: expected a map, found a list"},
      BadSweep{"sweep: {parameter: {}}",
               "2:9: unknown key 'sweep.parameter'; did you mean 'sweep.parameters'?"},
      BadSweep{"sweep: {method: grid}",
               "2:9: unknown key 'sweep.method'; known: parameters, include, exclude"},
      BadSweep{"sweep: {parameters: [a]}",
               "2:21: sweep.parameters: expected a map of axes, found a list"},
      BadSweep{"sweep:\n  parameters:\n    a: [1, 2]",
               "4:8: sweep.parameters.a: expected a map such as {values: [1, 2]}, found a list"},
      BadSweep{"sweep:\n  parameters:\n    a.b: {}",
               "4:5: sweep.parameters.a.b has no values; write {values: [...]}"},
      BadSweep{"sweep:\n  parameters:\n    a: {value: 3}",
               "4:9: unknown key 'sweep.parameters.a.value'; did you mean "
               "'sweep.parameters.a.values'?"},
      BadSweep{"sweep:\n  parameters:\n    a: {values: []}",
               "4:17: sweep.parameters.a.values: the list is empty"},
      BadSweep{"sweep:\n  parameters:\n    a: {values: 64}",
               "4:17: sweep.parameters.a.values: expected a list of values, found '64'"},
      BadSweep{"sweep:\n  parameters:\n    a: {values: [64, 32, 64]}",
               "4:26: sweep.parameters.a.values: the value 64 is given twice, first at "
               "s.yaml:4:18"},
      BadSweep{"sweep:\n  parameters:\n    a: {values: [1, 1.0]}",
               "4:21: sweep.parameters.a.values: the value 1 is given twice, first at "
               "s.yaml:4:18"},
      BadSweep{"sweep:\n  parameters:\n    a: {values: [{b: 1}]}",
               "4:18: sweep.parameters.a.values: expected a scalar or a list, found a map"},
      BadSweep{"sweep:\n  parameters:\n    base: {values: [1]}",
               "4:5: 'base' is a map (s.yaml:1:7); a sweep varies single values"},
      BadSweep{"sweep:\n  parameters:\n    base.key.deep: {values: [1]}",
               "4:30: cannot set 'base.key.deep': what is to hold it is not a map (s.yaml:1:13)"},
      BadSweep{"sweep:\n  parameters:\n    a..b: {values: [1]}",
               "4:21: the key 'a..b' has an empty part"},
      BadSweep{"sweep:\n  parameters:\n    sweep.include: {values: [1]}",
               "4:5: a sweep cannot vary itself: 'sweep.include'"},
      BadSweep{"sweep: {include: {a: 1}}",
               "2:18: sweep.include: expected a list of maps, found a map"},
      BadSweep{"sweep: {include: [a]}",
               "2:19: sweep.include: expected a map of keys to values, found 'a'"},
      BadSweep{"sweep: {include: [{}]}", "2:19: sweep.include: an entry needs at least one key"},
      BadSweep{"sweep: {include: [{policy: {name: a}}]}",
               "2:28: sweep.include.policy: expected a scalar; a key below another is written "
               "with dots, as in policy.name, found a map"},
      BadSweep{"sweep: {include: [{base: 1}]}",
               "2:20: 'base' is a map (s.yaml:1:7); a sweep varies single values"},
      BadSweep{"sweep: {exclude: {a: 1}}",
               "2:18: sweep.exclude: expected a list of maps, found a map"},
      BadSweep{"sweep:\n  parameters: {a: {values: [1, 2]}}\n  exclude:\n    - {a: 3}",
               "5:7: sweep.exclude: no cell of sweep.parameters has {\"a\":3}"},
      BadSweep{"sweep:\n  parameters: {a: {values: [1, 2]}}\n  exclude:\n    - {a: '1'}",
               "5:7: sweep.exclude: no cell of sweep.parameters has {\"a\":\"1\"}"},
      BadSweep{"sweep:\n  parameters: {a: {values: [1, 2]}}\n  exclude: [{a: 1}, {a: 2}]",
               "3:3: the sweep is empty: sweep.exclude takes every cell away"});
  CAPTURE(bad.text);
  CHECK(input_error([&] { expand(fmt::format("base: {{key: 1}}\n{}\n", bad.text)); }) ==
        fmt::format("s.yaml:{}", bad.message));
}

TEST_CASE("A grid of more than a hundred thousand cells is refused before it is made") {
  std::string values;
  for (int64_t i = 0; i < 1000; ++i) {
    values += fmt::format("{}{}", i == 0 ? "" : ", ", i);
  }
  std::string text = "sweep:\n  parameters:\n";
  for (const char* const axis : {"a", "b", "c", "d", "e", "f", "g"}) {
    text += fmt::format("    {}: {{values: [{}]}}\n", axis, values);
  }
  CHECK(input_error([&] { expand(text); }) ==
        "s.yaml:4:5: the axes up to this one make 1,000,000 cells; 100,000 are allowed");
}

}  // namespace
}  // namespace multistate::test::grid_test
