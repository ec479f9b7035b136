#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "multistate/aggregate/collect.h"

#include "aggregate/judge/judge.h"
#include "aggregate/support/made_generation.h"
#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::pairs_test {
namespace {

using namespace aggregate;
using nlohmann::json;

Collection collected(const MadeSweep& sweep) {
  sweep.write_manifest();
  const std::array folders = {sweep.folder()};
  return collect(folders, /*samples=*/false);
}

std::vector<size_t> all_of(const Collection& collection) {
  std::vector<size_t> cells;
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    cells.push_back(i);
  }
  return cells;
}

JudgePairs made(const MadeSweep& sweep, uint64_t seed = 0) {
  const Collection collection = collected(sweep);
  return make_judge_pairs(collection, all_of(collection), "full", seed);
}

std::vector<json> lines_of(const JudgePairs& pairs) {
  std::vector<json> lines;
  std::istringstream stream(pairs.lines);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(json::parse(line));
  }
  return lines;
}

std::string refusal(const MadeSweep& sweep) {
  return input_error([&] { made(sweep); });
}

/// Two sizes of tova beside the full model; of the four samples one and two are identical.
struct Fixture {
  Fixture() {
    full = add_generation(sweep, {.policy = "full", .texts = {"a", "b", "c", "d"}});
    small = add_generation(sweep,
                           {.policy = "tova", .state_size = 64, .texts = {"a", "b2", "c2", "d2"}});
    large = add_generation(sweep,
                           {.policy = "tova", .state_size = 128, .texts = {"a", "b3", "c", "d3"}});
  }

  TemporaryFolder folder;
  MadeSweep sweep{folder.path()};
  std::string full;
  std::string small;
  std::string large;
};

}  // namespace

TEST_CASE("every pair is there in both orders, and identical texts are counted only") {
  const Fixture fixture;
  const auto pairs = made(fixture.sweep);
  REQUIRE(pairs.key.comparisons.size() == 2);
  CHECK(pairs.key.comparisons[0].cell.id == fixture.small);
  CHECK(pairs.key.comparisons[0].cell.label == "tova");
  CHECK(pairs.key.comparisons[0].cell.state_size == 64);
  CHECK(pairs.key.comparisons[0].against.id == fixture.full);
  CHECK(pairs.key.comparisons[0].against.state_size.is_null());
  CHECK(pairs.key.comparisons[0].samples == 4);
  CHECK(pairs.key.comparisons[0].identical == 1);
  CHECK(pairs.key.comparisons[1].cell.id == fixture.large);
  CHECK(pairs.key.comparisons[1].identical == 2);

  const auto lines = lines_of(pairs);
  REQUIRE(lines.size() == 2 * (3 + 2));
  REQUIRE(pairs.key.pairs.size() == lines.size());
  const std::array<std::vector<std::string>, 2> texts = {
      std::vector<std::string>{"a", "b2", "c2", "d2"}, {"a", "b3", "c", "d3"}};
  const std::vector<std::string> full = {"a", "b", "c", "d"};
  std::set<std::string> ids;
  for (size_t i = 0; i < lines.size(); ++i) {
    const KeyPair& pair = pairs.key.pairs[i];
    const auto sample = static_cast<size_t>(pair.sample);
    const std::string& own = texts.at(pair.comparison).at(sample);
    CHECK(lines[i].at("id") == pair.id);
    CHECK(lines[i].at("prompt") == "prompt " + std::to_string(sample));
    CHECK(lines[i].at("a") == (pair.cell_is_a ? own : full[sample]));
    CHECK(lines[i].at("b") == (pair.cell_is_a ? full[sample] : own));
    ids.insert(pair.id);
  }
  CHECK(ids.size() == lines.size());
}

TEST_CASE("a judge's file says nothing of cells, and nothing by its order") {
  const Fixture fixture;
  const auto pairs = made(fixture.sweep);
  for (const json& line : lines_of(pairs)) {
    CHECK(line.size() == 4);
  }
  for (const std::string word : {"tova", "full", "64", "128", "sample", "k="}) {
    CHECK(pairs.lines.find("\"" + word) == std::string::npos);
  }
  // The same seed gives the same file, another one another order and other ids.
  CHECK(made(fixture.sweep).lines == pairs.lines);
  const auto other = made(fixture.sweep, 1);
  CHECK(other.lines != pairs.lines);
  CHECK(other.key.pairs.front().id != pairs.key.pairs.front().id);
  CHECK(other.key.pairs.size() == pairs.key.pairs.size());
  // Not in the order in which they were made: comparison by comparison, sample by sample.
  CHECK_FALSE(std::is_sorted(
      pairs.key.pairs.begin(), pairs.key.pairs.end(), [](const KeyPair& a, const KeyPair& b) {
        return std::pair(a.comparison, a.sample) < std::pair(b.comparison, b.sample);
      }));
}

TEST_CASE("a key is read back as it was written") {
  const Fixture fixture;
  const Key key = made(fixture.sweep, 7).key;
  const json written = key_to_json(key);
  CHECK(key_to_json(key_from_json(written, "key.json")) == written);
  CHECK(written.at("seed") == 7);
}

TEST_CASE("a key that is not one is refused with its place") {
  const Fixture fixture;
  const json good = key_to_json(made(fixture.sweep).key);
  const auto refused = [&](const json::json_pointer& place, const json& value) {
    json bad = good;
    bad[place] = value;
    return input_error([&] { key_from_json(bad, "key.json"); });
  };
  using P = json::json_pointer;
  CHECK(refused(P("/schema/name"), "multistate.result") ==
        "key.json: is not a multistate.judge_key");
  CHECK(refused(P("/schema/version"), 2) == "key.json: has schema version 2, this program reads 1");
  CHECK_THAT(refused(P("/pairs"), 3), ContainsSubstring("'pairs' is '3'; expected a list"));
  CHECK(refused(P("/pairs/1"), 3) == "key.json: pairs[1]: is '3'; expected an object");
  CHECK_THAT(refused(P("/pairs/1/comparison"), 2),
             ContainsSubstring("key.json: pairs[1]: 'comparison' is '2'; expected 0 to 1"));
  CHECK_THAT(refused(P("/pairs/1/cell_is_a"), "yes"),
             ContainsSubstring("key.json: pairs[1]: 'cell_is_a' is '\"yes\"'"));
  CHECK_THAT(refused(P("/comparisons/0/cell"), 1),
             ContainsSubstring("key.json: comparisons[0]: 'cell' is '1'; expected an object"));
  CHECK_THAT(refused(P("/pairs/1/id"), good["pairs"][0]["id"]),
             ContainsSubstring("is there twice"));
  CHECK_THAT(refused(P("/pairs/1/sample"), 77), ContainsSubstring("in the other order"));
  for (const char* list : {"comparisons", "pairs"}) {
    json without = good;
    without.erase(list);
    CHECK(input_error([&] { key_from_json(without, "key.json"); }) ==
          fmt::format("key.json: the key '{}' is missing", list));
  }
  json more = good;
  more["pairs"].push_back(more["pairs"][0]);
  more["pairs"].back()["id"] = "new";
  CHECK_THAT(input_error([&] { key_from_json(more, "key.json"); }),
             ContainsSubstring("more than once in one order"));
}

TEST_CASE("a cell is judged beside the one that made texts from the same") {
  Fixture fixture;
  // Two seeds, each of which has its own full model, and a policy that is run once.
  MadeSweep seeds(fixture.folder / "seeds");
  std::map<int64_t, std::string> full;
  for (const int64_t seed : {1, 2}) {
    full[seed] = add_generation(seeds, {.policy = "full", .texts = {"x"}, .seed = seed});
    add_generation(seeds, {.policy = "tova", .state_size = 64, .texts = {"y"}, .seed = seed});
  }
  const auto pairs = made(seeds);
  REQUIRE(pairs.key.comparisons.size() == 2);
  CHECK(pairs.key.comparisons[0].against.id == full[1]);
  CHECK(pairs.key.comparisons[1].against.id == full[2]);

  // What draws nothing has no seed, and is the partner of all.
  MadeSweep greedy(fixture.folder / "greedy");
  add_generation(greedy, {.policy = "full", .texts = {"x"}});
  add_generation(greedy, {.policy = "random", .state_size = 64, .texts = {"y"}, .seed = 3});
  CHECK(made(greedy).key.comparisons.size() == 1);
}

TEST_CASE("cells that cannot be compared are refused by name") {
  const TemporaryFolder folder;
  const MadeGeneration tova = {.policy = "tova", .state_size = 64, .texts = {"y"}};
  {
    MadeSweep sweep(folder / "alone");
    add_generation(sweep, tova);
    CHECK_THAT(refusal(sweep),
               ContainsSubstring("--against 'full': no finished cell of this label has the model, "
                                 "prompts, options of the experiment and seed of tova k=64 ("));
  }
  {
    MadeSweep sweep(folder / "full");
    add_generation(sweep, {.policy = "full", .texts = {"x"}});
    CHECK_THAT(refusal(sweep), ContainsSubstring("no finished cell is left to compare with "
                                                 "'full'"));
  }
  {
    MadeSweep sweep(folder / "other temperature");
    add_generation(sweep, {.policy = "full", .texts = {"x"}, .experiment = {{"temperature", 0.1}}});
    add_generation(sweep, tova);
    CHECK_THAT(refusal(sweep), ContainsSubstring("options of the experiment"));
  }
  {
    MadeSweep sweep(folder / "other data");
    add_generation(sweep, {.policy = "full", .texts = {"x"}, .data_sha256 = std::string(64, 'e')});
    add_generation(sweep, tova);
    CHECK_THAT(refusal(sweep), ContainsSubstring("no finished cell of this label"));
  }
  {
    MadeSweep sweep(folder / "two");
    add_generation(sweep, {.policy = "full", .texts = {"x"}, .seed = 1});
    add_generation(sweep, {.policy = "full", .texts = {"x"}, .seed = 2});
    add_generation(sweep, tova);
    CHECK_THAT(refusal(sweep), ContainsSubstring("could be compared with full ("));
  }
  {
    MadeSweep sweep(folder / "prompts");
    add_generation(sweep, {.policy = "full", .texts = {"x"}, .prompts = {"another"}});
    add_generation(sweep, tova);
    CHECK_THAT(refusal(sweep), ContainsSubstring("have different prompts in sample 0"));
  }
  {
    MadeSweep sweep(folder / "fewer");
    add_generation(sweep, {.policy = "full", .texts = {"x", "z"}});
    add_generation(sweep, tova);
    CHECK_THAT(refusal(sweep), ContainsSubstring(") has 1 samples, full ("));
  }
  {
    MadeSweep sweep(folder / "no texts");
    sweep.done({.policy = "full", .samples = {{200.0}}});
    sweep.done({.policy = "tova", .state_size = 64, .samples = {{210.0}}});
    CHECK_THAT(
        refusal(sweep),
        ContainsSubstring("samples.jsonl: line 1 holds no text; pairs are made of cells of the "
                          "experiment generation"));
  }
  {
    MadeSweep sweep(folder / "torn");
    add_generation(sweep, {.policy = "full", .texts = {"x"}});
    const auto id = add_generation(sweep, tova);
    write_text(sweep.cell_folder(id) / "samples.jsonl", "{\"sample\": 0, \"val");
    CHECK_THAT(refusal(sweep), ContainsSubstring("samples.jsonl: line 1 is torn, or no JSON"));
  }
}

}  // namespace multistate::test::pairs_test
