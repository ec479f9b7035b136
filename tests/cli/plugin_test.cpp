// Plug-ins from the outside: what is loaded, from where, what is refused, and what results say.

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>

#include <elf.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"

#include "support/catch.h"
#include "support/environment.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::plugin_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string plugin(const std::string& name) {
  return (fs::path(MULTISTATE_TEST_PLUGINS) / (name + ".so")).string();
}

/// The policies that come from a plug-in: file by name.
std::map<std::string, std::string> plugged(const std::vector<std::string>& options) {
  std::vector<std::string> words = {"policies", "--json"};
  words.insert(words.end(), options.begin(), options.end());
  const auto run = run_program(words);
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  std::map<std::string, std::string> files;
  for (const json& policy : json::parse(run.out)) {
    if (!policy.at("plugin").is_null()) {
      files[policy.at("name")] = policy.at("plugin").at("path");
    }
  }
  return files;
}

/// Loads it and returns what the program says; nothing of the plug-in's code may have run.
std::string refusal(const std::string& file) {
  const auto run = run_program({"policies", "--plugin", file});
  INFO(run.err);
  CHECK(run.exit_code == 2);
  CHECK(run.out.empty());
  CHECK_THAT(run.err, ContainsSubstring("multistate: error: "));
  CHECK_THAT(run.err, !ContainsSubstring("code of the plug-in ran"));
  return run.err;
}

void check_refused(const std::string& name, const std::vector<std::string>& parts) {
  INFO(name);
  const std::string message = refusal(plugin(name));
  CHECK_THAT(message, ContainsSubstring(name + ".so: "));
  for (const std::string& part : parts) {
    CHECK_THAT(message, ContainsSubstring(part));
  }
}

json only_result(const fs::path& output) {
  std::vector<json> results;
  for (const auto& entry : fs::directory_iterator(output / "cells")) {
    results.push_back(json::parse(read_file(entry.path() / "result.json")));
  }
  REQUIRE(results.size() == 1);
  return results.front();
}

std::string listing(const std::string& name) {
  return "plugins: [" + plugin(name) + "]\npolicy: {name: plugged_newest}\nstate_size: 8\n";
}

}  // namespace

TEST_CASE("policies come from --plugin and from MULTISTATE_PLUGINS, and name their file") {
  CHECK(plugged({}).empty());
  const std::map<std::string, std::string> newest = {
      {"plugged_newest", fs::canonical(plugin("newest")).string()}};
  CHECK(plugged({"--plugin", plugin("newest")}) == newest);
  CHECK(plugged({"--plugin", plugin("newest"), "--plugin", plugin("two")}).size() == 3);
  CHECK_THAT(run_program({"policies", "--plugin", plugin("newest")}).out,
             ContainsSubstring("plugged_newest comes from " + newest.at("plugged_newest") + "\n"));
  const auto one = run_program({"policies", "plugged_newest", "--plugin", plugin("newest")});
  CHECK_THAT(one.out, ContainsSubstring("plug-in     " + newest.at("plugged_newest")));
  CHECK_THAT(one.out, ContainsSubstring("upside_down"));
  const EnvironmentVariable environment("MULTISTATE_PLUGINS",
                                        plugin("newest") + "::" + plugin("two"));
  CHECK(plugged({}).size() == 3);
}

TEST_CASE("the same file is loaded once, whatever it is called") {
  const TinySweep sweep;
  const auto link = (sweep.folder() / "link.so").string();
  const auto copy = (sweep.folder() / "copy.so").string();
  fs::create_symlink(plugin("newest"), link);
  fs::copy_file(plugin("newest"), copy);
  const EnvironmentVariable environment("MULTISTATE_PLUGINS", plugin("newest"));
  CHECK(plugged({"--plugin", plugin("newest"), "--plugin", link, "--plugin", copy}).size() == 1);
}

TEST_CASE("a plug-in for another multistate is refused before any of its code runs") {
  check_refused("other_version", {"was built for multistate '0.0.9', this is '", "build it again"});
  check_refused("other_headers", {"other headers", "'0123456789abcdef'", "build it again"});
  check_refused("other_abi", {"'libstdc++ _GLIBCXX_USE_CXX11_ABI=0', multistate for 'libstdc++",
                              "same library, compiler and flags"});
  check_refused("other_libtorch", {"was compiled with LibTorch '9.8.7', multistate with '"});
  check_refused("without_record", {"without multistate's interface record", "new-policy"});
}

TEST_CASE("a plug-in that needs what nobody has is refused") {
  check_refused("undefined_symbol",
                {"uses lost::score(long), which neither it nor multistate defines"});
}

TEST_CASE("a plug-in whose policies cannot be taken is refused") {
  check_refused("takes_tova", {"registers the policy 'tova', which is there already (part of "
                               "multistate); give it another name"});
  check_refused("same_name_twice", {"registers the policy 'plugged_first' twice"});
  check_refused("without_name", {"registers a policy without a name"});
  check_refused("without_policy", {"registers no policy; end its source with"});
  const auto both =
      run_program({"policies", "--plugin", plugin("newest"), "--plugin", plugin("oldest")});
  CHECK(both.exit_code == 2);
  CHECK_THAT(both.err, ContainsSubstring("oldest.so: the plug-in registers the policy "
                                         "'plugged_newest', which is there already (from "));
  CHECK_THAT(both.err, ContainsSubstring("newest.so); give it another name"));
}

TEST_CASE("a plug-in whose headers are damaged is refused, and takes nobody with it") {
  const TinySweep sweep;
  const std::string whole = read_file(plugin("newest"));
  Elf64_Ehdr header{};
  std::memcpy(&header, whole.data(), sizeof header);
  int64_t crashes = 0;
  for (const uint32_t type : {PT_DYNAMIC, PT_LOAD, PT_GNU_RELRO}) {
    std::string damaged = whole;
    for (size_t i = 0; i < header.e_phnum; ++i) {
      const size_t place = header.e_phoff + i * sizeof(Elf64_Phdr);
      Elf64_Phdr segment{};
      std::memcpy(&segment, whole.data() + place, sizeof segment);
      if (segment.p_type == type) {
        segment.p_vaddr += 0x5000'0000'0000;
        std::memcpy(damaged.data() + place, &segment, sizeof segment);
        break;
      }
    }
    REQUIRE(damaged != whole);
    const auto file = (sweep.folder() / fmt::format("damaged{}.so", type)).string();
    write_file(file, damaged);
    const auto run = run_program({"policies", "--plugin", file});
    INFO(type << ": " << run.err);
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err, ContainsSubstring(file + ": the plug-in cannot be loaded: "));
    crashes += run.err.find("died of signal") == std::string::npos ? 0 : 1;
  }
  CHECK(crashes >= 1);
}

TEST_CASE("an exception of a plug-in is reported, wherever it comes from") {
  check_refused("throws_in_registration",
                {"threw while it was loaded", "no name today", "give registrations constants"});
  check_refused("throws_a_number", {"an exception that is no std::exception"});
  check_refused("throws_in_options", {"'plugged_thrower' throws when it is made with its default "
                                      "options: no options today"});
  check_refused("throws_in_constructor", {"no policy today"});
}

TEST_CASE("what is no plug-in at all is refused") {
  const TinySweep sweep;
  const auto file = (sweep.folder() / "x.so").string();
  CHECK_THAT(refusal(file), ContainsSubstring("--plugin: " + file + ": there is no such plug-in"));
  CHECK_THAT(refusal(sweep.folder().string()), ContainsSubstring("is not a regular file"));
  write_file(file, "just text");
  CHECK_THAT(refusal(file), ContainsSubstring("is not a shared library (not an ELF file)"));
  write_file(file, "");
  CHECK_THAT(refusal(file), ContainsSubstring("is not a shared library (not an ELF file)"));
  const EnvironmentVariable environment("MULTISTATE_PLUGINS", file);
  CHECK_THAT(run_program({"policies"}).err,
             ContainsSubstring("error: MULTISTATE_PLUGINS: " + file));
}

TEST_CASE("a plug-in that is cut off anywhere is refused") {
  const TinySweep sweep;
  const auto file = (sweep.folder() / "torn.so").string();
  const std::string whole = read_file(plugin("newest"));
  for (const double share : {0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999}) {
    write_file(file,
               whole.substr(0, static_cast<size_t>(share * static_cast<double>(whole.size()))));
    INFO(share);
    CHECK_THAT(refusal(file), ContainsSubstring("is cut off"));
  }
}

TEST_CASE("a sweep file lists plug-ins; results and identities hold the file's hash") {
  const TinySweep sweep;
  const auto run = run_program({"run", sweep.write(listing("newest")).string()});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const json newest = only_result(sweep.output());
  CHECK(newest.at("context").at("inputs").at("plugin") ==
        json({{"path", fs::canonical(plugin("newest")).string()},
              {"sha256", sha256_file(plugin("newest"))}}));

  // The same name, version and options, but another file: another measurement.
  const TinySweep other;
  REQUIRE(run_program({"run", other.write(listing("oldest")).string()}).exit_code == 0);
  const json oldest = only_result(other.output());
  CHECK(oldest.at("config").at("policy") == newest.at("config").at("policy"));
  CHECK(oldest.at("cell_id") != newest.at("cell_id"));
  CHECK(oldest.at("metrics") != newest.at("metrics"));

  // A policy of the program is what it is, whatever is loaded beside it.
  const std::string tova = "policy: {name: tova}\nstate_size: 8\n";
  const TinySweep alone;
  const TinySweep beside;
  REQUIRE(run_program({"run", alone.write(tova).string()}).exit_code == 0);
  const auto file = beside.write(tova).string();
  REQUIRE(run_program({"run", file, "--plugin", plugin("newest")}).exit_code == 0);
  CHECK(only_result(alone.output()).at("cell_id") == only_result(beside.output()).at("cell_id"));
  CHECK(!only_result(beside.output()).at("context").at("inputs").contains("plugin"));
}

TEST_CASE("what is wrong with the plug-ins of a sweep file is said with its place") {
  const TinySweep sweep;
  const std::string policy = "policy: {name: tova}\nstate_size: 8\n";
  const std::vector<std::pair<std::string, std::string>> files = {
      {"plugins: x.so\n" + policy, "sweep.yaml:5:10: plugins: expected a list of shared libraries"},
      {"plugins: [x.so]\n" + policy, "sweep.yaml:5:11: plugins: x.so: there is no such plug-in"},
      {"plugins: [[x.so]]\n" + policy, "sweep.yaml:5:11: plugins: expected"},
      {policy + "sweep: {parameters: {plugins: {values: [a.so]}}}\n",
       "plugins: cannot differ between the cells of a sweep"},
      {policy + "sweep: {include: [{plugins: a.so}]}\n",
       "plugins: cannot differ between the cells of a sweep"},
  };
  for (const auto& [text, message] : files) {
    INFO(text);
    const auto run = run_program({"run", sweep.write(text).string()});
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err, ContainsSubstring(message));
  }
}

TEST_CASE("generate and bench take the policies of plug-ins and say whose they are") {
  const TinySweep sweep;
  const auto model = (sweep.folder() / "model.gguf").string();
  const auto generated =
      run_program({"generate", model, "--plugin", plugin("newest"), "--policy", "plugged_newest",
                   "-k", "4", "-n", "4", "--prompt", "abc", "--json"});
  INFO(generated.err);
  REQUIRE(generated.exit_code == 0);
  const std::string hash = sha256_file(plugin("newest"));
  CHECK(json::parse(generated.out).at("policy").at("plugin").at("sha256") == hash);
  const auto report = (sweep.folder() / "bench.json").string();
  REQUIRE(
      run_program({"bench", model, "--plugin", plugin("newest"), "--policy", "full,plugged_newest",
                   "-k", "4", "-T", "16", "--repeat", "1", "--json", report})
          .exit_code == 0);
  CHECK(json::parse(read_file(report)).at("prefill").at(1).at("plugin").at("sha256") == hash);
}

}  // namespace multistate::test::plugin_test
