#include <algorithm>
#include <string>
#include <vector>

#include "architecture/rules.h"
#include "support/catch.h"

namespace {

// What the rules say about a file with one line.
std::vector<std::string> planted(const std::string& path, const std::string& line) {
  return violations_of({path, line + "\n"});
}

void check_refused(const std::string& path, const std::string& line, const std::string& expected) {
  const auto found = planted(path, line);
  REQUIRE(found.size() == 1);
  CHECK(found.front() == path + ":1: " + expected);
}

void check_allowed(const std::string& path, const std::string& line) {
  CAPTURE(path, line);
  CHECK(planted(path, line).empty());
}

}  // namespace

TEST_CASE("the project keeps the rules of its architecture") {
  std::vector<std::string> paths;
  std::vector<std::string> violations;
  for (const SourceFile& source :
       read_sources(MULTISTATE_SOURCE_DIR, {"src", "policies", "experiments", "tools", "tests"})) {
    paths.push_back(source.path);
    const auto found = violations_of(source);
    violations.insert(violations.end(), found.begin(), found.end());
  }
  CAPTURE(violations);
  CHECK(violations.empty());
  // A walk that finds nothing would find no violation either.
  for (const std::string path : {"src/multistate/cli/program.cpp", "policies/tova.cpp",
                                 "tests/architecture/rules.h", "tools/aggregate/tables/pivot.h"}) {
    CAPTURE(path);
    CHECK(std::find(paths.begin(), paths.end(), path) != paths.end());
  }
}

TEST_CASE("no name of a model's architecture is outside its file") {
  const auto sources =
      read_sources(MULTISTATE_SOURCE_DIR, {"src", "policies", "experiments", "tools"});
  const auto names = architecture_names(sources);
  CAPTURE(names);
  for (const std::string name : {"llama", "gpt_neox", "gptneox", "Gemma3ForCausalLM"}) {
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
  std::vector<std::string> violations;
  for (const SourceFile& source : sources) {
    const auto found = names_out_of_place(source, names);
    violations.insert(violations.end(), found.begin(), found.end());
  }
  CAPTURE(violations);
  CHECK(violations.empty());
  const std::vector<std::string> one = {"llama"};
  CHECK(
      names_out_of_place({"src/multistate/engine/a.cpp", "x\nif (name == \"llama\") {\n"}, one) ==
      std::vector<std::string>{"src/multistate/engine/a.cpp:2: names the architecture llama; only "
                               "src/multistate/checkpoint/architectures/ may"});
  CHECK(names_out_of_place({"src/multistate/engine/a.cpp", "// \"llama\"\n\"llama.x\"\n"}, one)
            .empty());
}

TEST_CASE("a layer may include itself and those before it") {
  check_allowed("src/multistate/config/a.cpp", "#include \"multistate/config/b.h\"");
  check_allowed("src/multistate/config/a.cpp", "#include \"multistate/base/b.h\"");
  check_allowed("src/multistate/engine/a.h", "#include \"multistate/policy/b.h\"");
  check_allowed("src/multistate/conformance/a.cpp", "#include \"multistate/bench/b.h\"");
  check_allowed("src/multistate/cli/a.cpp", "#include \"multistate/sweep/b.h\"");
}

TEST_CASE("a layer may not include one after it") {
  check_refused("src/multistate/base/a.h", "#include \"multistate/config/b.h\"",
                "base may not include config, which comes after it");
  check_refused("src/multistate/model/a.cpp", "#include \"multistate/engine/b.h\"",
                "model may not include engine, which comes after it");
  check_refused("src/multistate/engine/a.cpp", "#include \"multistate/conformance/b.h\"",
                "engine may not include conformance, which comes after it");
  check_refused("src/multistate/sweep/a.cpp", "  #  include <multistate/cli/b.h>",
                "sweep may not include cli, which comes after it");
}

TEST_CASE("an include is refused that hides its layer, or has none") {
  check_refused("src/multistate/base/a.cpp", "#include \"../config/b.h\"",
                "includes start with \"multistate/\": ../config/b.h");
  check_refused("src/multistate/base/a.cpp", "#include \"multistate/other/b.h\"",
                "multistate/other is not a layer");
  check_refused("src/multistate/other/a.cpp", "#include <vector>", "other is not a layer");
}

TEST_CASE("policies know nothing of tensors") {
  check_refused("src/multistate/policy/a.h", "#include \"multistate/model/b.h\"",
                "policy may not include model: it needs no tensors");
  check_refused("src/multistate/policy/a.h", "#include \"multistate/state/b.h\"",
                "policy may not include state: it needs no tensors");
  check_refused("src/multistate/policy/a.h", "#include <ATen/core/Tensor.h>",
                "policy may not include LibTorch: ATen/core/Tensor.h");
  check_refused("policies/a.cpp", "#include <ATen/ops/sum.h>",
                "a policy may not include LibTorch: ATen/ops/sum.h");
}

TEST_CASE("the layers without LibTorch stay so") {
  for (const std::string folder :
       {"base", "config", "results", "text", "scoring", "datasets", "synthetic", "checkpoint"}) {
    check_refused("src/multistate/" + folder + "/a.cpp", "#include <c10/util/Half.h>",
                  folder + " may not include LibTorch: c10/util/Half.h");
  }
  check_allowed("src/multistate/model/a.h", "#include <ATen/core/Tensor.h>");
}

TEST_CASE("a policy includes base, config and policy only") {
  check_allowed("policies/a.cpp", "#include \"multistate/policy/registry.h\"");
  check_allowed("policies/a.cpp", "#include <span>");
  check_refused(
      "policies/a.cpp", "#include \"multistate/engine/evaluator.h\"",
      "a policy may include multistate/{base,config,policy}/ only: multistate/engine/evaluator.h");
  check_refused("policies/a.cpp", "#include \"b.h\"",
                "a policy may include multistate/{base,config,policy}/ only: b.h");
}

TEST_CASE("an experiment includes neither the runner nor the command line") {
  check_allowed("experiments/a.cpp", "#include \"multistate/engine/evaluator.h\"");
  check_refused("experiments/a.cpp", "#include \"multistate/sweep/runner.h\"",
                "an experiment may not include multistate/sweep/runner.h");
  check_refused("experiments/a.cpp", "#include \"multistate/cli/command.h\"",
                "an experiment may not include multistate/cli/command.h");
}

TEST_CASE("a folder of aggregate may include itself and those before it, main all") {
  check_allowed("tools/aggregate/tables/a.cpp", "#include \"aggregate/tables/b.h\"");
  check_allowed("tools/aggregate/tables/a.cpp", "#include \"aggregate/reading/b.h\"");
  check_allowed("tools/aggregate/main.cpp", "#include \"aggregate/command/b.h\"");
  check_refused("tools/aggregate/reading/a.cpp", "#include \"aggregate/tables/b.h\"",
                "reading may not include tables, which comes after it");
  check_allowed("tools/aggregate/page/a.cpp", "#include \"aggregate/tables/b.h\"");
  check_refused("tools/aggregate/tables/a.cpp", "#include \"aggregate/page/b.h\"",
                "tables may not include page, which comes after it");
  check_refused("tools/aggregate/tables/a.cpp", "#include \"aggregate/other/b.h\"",
                "aggregate/other is not a layer");
  check_refused("tools/aggregate/other/a.cpp", "#include <vector>", "other is not a layer");
}

TEST_CASE("aggregate needs little of the library and no LibTorch") {
  check_allowed("tools/aggregate/reading/a.cpp", "#include \"multistate/results/b.h\"");
  check_refused("tools/aggregate/reading/a.cpp", "#include <ATen/core/Tensor.h>",
                "aggregate may not include LibTorch: ATen/core/Tensor.h");
  for (const std::string file : {"multistate/engine/b.h", "b.h"}) {
    check_refused(
        "tools/aggregate/main.cpp", "#include \"" + file + "\"",
        "aggregate may include multistate/{base,config,results,aggregate}/ and aggregate/ only: " +
            file);
  }
}

TEST_CASE("nothing includes all of LibTorch") {
  for (const std::string header : {"torch/torch.h", "torch/extension.h", "ATen/ATen.h"}) {
    for (const std::string path : {"src/multistate/model/a.h", "src/multistate/base/a.h",
                                   "experiments/a.cpp", "tests/model/a.h"}) {
      check_refused(path, "#include <" + header + ">",
                    header + " is all of LibTorch; include ATen/core/Tensor.h and ATen/ops/<op>.h");
    }
  }
}

TEST_CASE("files have a greatest length") {
  CHECK(violations_of({"policies/a.cpp", std::string(150, '\n')}).empty());
  CHECK(violations_of({"policies/a.cpp", std::string(151, '\n')}) ==
        std::vector<std::string>{
            "policies/a.cpp:151: at most 150 lines; split the file by responsibility"});
  CHECK(violations_of({"src/multistate/base/a.cpp", std::string(400, '\n')}).empty());
  CHECK(violations_of({"src/multistate/base/a.cpp", std::string(401, '\n')}) ==
        std::vector<std::string>{
            "src/multistate/base/a.cpp:401: at most 400 lines; split the file by responsibility"});
}

TEST_CASE("includes are found with their lines") {
  const auto found =
      includes_of("// #include \"no.h\"\n#include <a.h>\n\n  # include \"b/c.h\"  // why\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 2);
  CHECK(found[0].file == "a.h");
  CHECK_FALSE(found[0].quoted);
  CHECK(found[1].line == 4);
  CHECK(found[1].file == "b/c.h");
  CHECK(found[1].quoted);
}
