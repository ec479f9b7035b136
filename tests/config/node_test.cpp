#include "multistate/config/node.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::node_test {
namespace {

using test::input_error;

const char* const kText =
    "policy: {name: tova, sinks: 4}\nsweep:\n  parameters:\n    policy.name: {values: [a]}\nlist: "
    "[1]\n";

TEST_CASE("A dotted path finds members of members, a literal key does not split") {
  const Node root = parse_yaml(kText, "s.yaml");
  CHECK(root.find("policy.name")->text() == "tova");
  CHECK(root.find("policy.nam") == nullptr);
  CHECK(root.find("policy.name.x") == nullptr);
  CHECK(root.find("list.0") == nullptr);
  CHECK(root.find("") == nullptr);
  CHECK(root.find("policy.") == nullptr);
  CHECK(root.find("sweep.parameters.policy.name") == nullptr);
  CHECK(root.find("sweep.parameters")->member("policy.name") != nullptr);
  CHECK(root.member("policy.name") == nullptr);
}

TEST_CASE("Setting replaces in place, adds at the end and makes the maps on the way") {
  Node root = parse_yaml(kText, "s.yaml");
  root.set("policy.name", Node::scalar("h2o", {"here"}));
  root.set("new.deep.key", Node::scalar("1", {"here"}));
  CHECK(root.to_json().dump() ==
        R"({"list":[1],"new":{"deep":{"key":1}},"policy":{"name":"h2o","sinks":4},)"
        R"("sweep":{"parameters":{"policy.name":{"values":["a"]}}}})");
  CHECK(root.find("policy")->entries().front().first == "name");
  CHECK(root.entries().back().first == "new");
  CHECK(root.find("policy.name")->key_mark().text == "here");
}

TEST_CASE("An empty value counts as an empty map when a member is set") {
  Node root = parse_yaml("policy:\n", "s.yaml");
  root.set("policy.name", Node::scalar("tova", {"here"}));
  CHECK(root.to_json().dump() == R"({"policy":{"name":"tova"}})");
}

TEST_CASE("What stands in the way of a set is named") {
  Node root = parse_yaml(kText, "s.yaml");
  const Node value = Node::scalar("1", {"command line: x"});
  CHECK(input_error([&] { root.set("policy.name.deep", value); }) ==
        "command line: x: cannot set 'policy.name.deep': what is to hold it is not a map "
        "(s.yaml:1:16)");
  CHECK(input_error([&] { root.set("policy.name.deep.er", value); }) ==
        "command line: x: cannot set 'policy.name.deep.er': what is to hold it is not a map "
        "(s.yaml:1:16)");
  CHECK(input_error([&] { root.set("list.0", value); }) ==
        "command line: x: cannot set 'list.0': what is to hold it is not a map (s.yaml:5:7)");
  CHECK(input_error([&] { root.set("a..b", value); }) ==
        "command line: x: the key 'a..b' has an empty part");
  std::string path = "a";
  for (int64_t i = 0; i < 64; ++i) {
    path += ".a";
  }
  CHECK_THAT(input_error([&] { root.set(path, value); }),
             ContainsSubstring("has 65 parts; 64 are allowed"));
}

TEST_CASE("Erasing says whether there was something to erase") {
  Node root = parse_yaml(kText, "s.yaml");
  CHECK(root.erase("policy.name"));
  CHECK_FALSE(root.erase("policy.name"));
  CHECK_FALSE(root.erase("none.at.all"));
  CHECK(root.erase("list"));
  CHECK_FALSE(root.erase("sweep.parameters.policy.name"));
  CHECK(root.to_json().dump() ==
        R"({"policy":{"sinks":4},"sweep":{"parameters":{"policy.name":{"values":["a"]}}}})");
}

struct BadValue {
  const char* text;
  const char* message;
};

TEST_CASE("A value that is no integer is refused with its place") {
  const auto bad = GENERATE(BadValue{"four", "found 'four'"}, BadValue{"1.0", "found '1.0'"},
                            BadValue{"010", "found '010'"}, BadValue{"0x10", "found '0x10'"},
                            BadValue{"1_000", "found '1_000'"}, BadValue{"--1", "found '--1'"},
                            BadValue{"+-1", "found '+-1'"}, BadValue{"1e3", "found '1e3'"},
                            BadValue{"9223372036854775808", "found '9223372036854775808'"},
                            BadValue{"'5'", "found '5' (text, since it is in quotes)"},
                            BadValue{"[1]", "found a list"}, BadValue{"{b: 1}", "found a map"});
  const Node root = parse_yaml(fmt::format("k:\n  a: {}\n", bad.text), "s.yaml");
  CHECK(input_error([&] { root.find("k.a")->as_integer("k.a"); }) ==
        fmt::format("s.yaml:2:6: k.a: expected an integer, {}", bad.message));
}

TEST_CASE("Numbers, booleans and texts say what they expected") {
  const Node root =
      parse_yaml("a: x\nb: yes\nc: .nan\nd: 1e999\ne:\nf: [1]\ng: 1e-999\n", "s.yaml");
  const auto at = [&](const char* key) { return *root.find(key); };
  CHECK(input_error([&] { at("a").as_number("a"); }) ==
        "s.yaml:1:4: a: expected a number, found 'x'");
  CHECK(input_error([&] { at("b").as_boolean("b"); }) ==
        "s.yaml:2:4: b: expected true or false, found 'yes'");
  CHECK(input_error([&] { at("c").as_number("c"); }) ==
        "s.yaml:3:4: c: expected a number, found '.nan'");
  CHECK(input_error([&] { at("d").as_number("d"); }) ==
        "s.yaml:4:4: d: expected a number, found '1e999'");
  CHECK(input_error([&] { at("e").as_string("e"); }) ==
        "s.yaml:5:1: e: expected text, found nothing");
  CHECK(input_error([&] { at("f").as_string("f"); }) ==
        "s.yaml:6:4: f: expected text, found a list");
  CHECK(input_error([&] { at("g").as_number("g"); }) ==
        "s.yaml:7:4: g: expected a number, found '1e-999'");
}

TEST_CASE("Typed values are read exactly") {
  const Node root =
      parse_yaml("a: -9223372036854775808\nb: +0.1\nc: true\nd: 010\ne: 3\n", "s.yaml");
  CHECK(root.find("a")->as_integer("a") == std::numeric_limits<int64_t>::min());
  CHECK(root.find("b")->as_number("b") == 0.1);
  CHECK(root.find("c")->as_boolean("c"));
  CHECK(root.find("d")->as_string("d") == "010");
  CHECK(root.find("e")->as_number("e") == 3.0);
}

}  // namespace
}  // namespace multistate::test::node_test
