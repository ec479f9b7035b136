#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/config/node.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::yaml_test {
namespace {

using test::input_error;

struct BadText {
  const char* text;
  const char* message;
};

std::string yaml_error(const std::string& text) {
  return input_error([&] { parse_yaml(text, "s.yaml"); });
}

std::string repeated(const std::string& text, int64_t count) {
  std::string all;
  for (int64_t i = 0; i < count; ++i) {
    all += text;
  }
  return all;
}

TEST_CASE("A YAML text that could be misread is refused at its place") {
  const auto bad = GENERATE(
      // Keys.
      BadText{"seed: 1\nname: x\nseed: 2\n",
              "s.yaml:3:1: the key 'seed' is given twice, first at s.yaml:1:1"},
      BadText{"model:\n  path: a\n  deep: {x: 1, y: 2, x: 3}\n",
              "s.yaml:3:22: the key 'x' is given twice, first at s.yaml:3:10"},
      BadText{"list:\n  - a: 1\n    \"a\": 2\n",
              "s.yaml:3:5: the key 'a' is given twice, first at s.yaml:2:5"},
      BadText{"base: &b {x: 1}\nuse:\n  <<: *b\n",
              "s.yaml:3:3: merge keys (<<) are not supported; write the keys out"},
      BadText{"? [a, b]\n: 1\n",
              "s.yaml:1:3: a key must be text, not a list; is a bracket left open?"},
      BadText{"? {a: b}\n: 1\n",
              "s.yaml:1:3: a key must be text, not a map; is a bracket left open?"},
      BadText{"~: 1\n", "s.yaml:1:1: a key must be text, and not empty"},
      BadText{"'': 1\n", "s.yaml:1:1: a key must be text, and not empty"},
      // Tags.
      BadText{"a: !!str 1\n",
              "s.yaml:1:4: tags such as 'tag:yaml.org,2002:str' are not supported; write the value "
              "without it"},
      BadText{"a: 1\nb: !mine {c: 1}\n",
              "s.yaml:2:4: tags such as '!mine' are not supported; write the value without it"},
      BadText{"a: ! [1]\n",
              "s.yaml:1:4: tags such as '!' are not supported; write the value without it"},
      // Documents.
      BadText{"a: 1\n---\nb: 2\n",
              "s.yaml:2:1: the text goes on after its first YAML document; only one is allowed"},
      BadText{"{a: 1}\nb: 2\n",
              "s.yaml:2:1: the text goes on after its first YAML document; only one is allowed"},
      BadText{"- 1\n- 2\n", "s.yaml:1:1: the document: expected a map of keys, found a list"},
      BadText{"tova\n", "s.yaml:1:1: the document: expected a map of keys, found 'tova'"},
      BadText{"", "s.yaml: is empty; expected a map of keys"},
      BadText{"# only a comment\n", "s.yaml: is empty; expected a map of keys"},
      BadText{"---\n", "s.yaml: is empty; expected a map of keys"},
      // Bytes.
      BadText{"a:\n\tb: 1\n", "s.yaml:2:1: a tab cannot indent; use spaces"},
      BadText{"a:\n  \tb: 1\n", "s.yaml:2:3: a tab cannot indent; use spaces"},
      BadText{"a: 1\nb: \x04\nc: 2\n",
              "s.yaml:2:4: the control character 04 (hexadecimal) is not allowed"},
      BadText{"a: caf\xe9\n", "s.yaml:1:7: the byte e9 (hexadecimal) is not valid UTF-8"},
      BadText{"a: \xed\xa0\x80\n", "s.yaml:1:4: the byte ed (hexadecimal) is not valid UTF-8"},
      // Anchors.
      BadText{"a: *nowhere\n", "s.yaml:1:4: the referenced anchor is not defined"},
      BadText{"a: &x [1, *x]\n",
              "s.yaml:1:11: an alias cannot stand inside the value that it stands for"},
      // Syntax.
      BadText{"a: [1, 2\n", "s.yaml:2:1: end of sequence flow not found"},
      BadText{"a: [[1, 2]\n", "s.yaml:2:1: end of sequence flow not found"},
      BadText{"a: 1\nb: 'never closed\n",
              "s.yaml:2:4: the quotes that begin here are never closed"},
      BadText{"a: \"never closed", "s.yaml:1:4: the quotes that begin here are never closed"},
      BadText{"a: b: c\n", "s.yaml:1:5: illegal map value"},
      BadText{"a: @x\n", "s.yaml:1:4: unknown token"});
  CAPTURE(bad.text);
  CHECK(yaml_error(bad.text) == bad.message);
}

TEST_CASE("Deep nesting is refused before the stack can run out") {
  const std::string at_limit = "a: " + repeated("[", 63) + repeated("]", 63);
  CHECK(yaml_error(at_limit) == "no error");
  CHECK(yaml_error("a: " + repeated("[", 64) + repeated("]", 64)) ==
        "s.yaml:1:67: nested more than 64 levels deep");
  CHECK_THAT(yaml_error("a: " + repeated("[", 100'000)), ContainsSubstring("s.yaml:1:"));
  CHECK(yaml_error("a: " + repeated("[", 100'000) + repeated("]", 100'000)) ==
        "s.yaml:1:67: nested more than 64 levels deep");
  CHECK(yaml_error("a: " + repeated("{b: ", 100'000)) ==
        "s.yaml:1:256: nested more than 64 levels deep");
  CHECK(yaml_error(repeated("- ", 100'000)) == "s.yaml:1:129: nested more than 64 levels deep");
}

TEST_CASE("Aliases cannot nest deeper than text can") {
  const std::string deep = repeated("[", 40) + repeated("]", 40);
  const std::string text = "a: &a " + deep + "\nb: " + repeated("[", 30) + "*a" + repeated("]", 30);
  CHECK(yaml_error(text) == "s.yaml:2:34: nested more than 64 levels deep");
}

TEST_CASE("A few lines of aliases cannot stand for a billion values") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int64_t i = 1; i < 9; ++i) {
    bomb += fmt::format("a{0}: &a{0} [{1}]\n", i,
                        repeated(fmt::format("*a{}, ", i - 1), 9) + fmt::format("*a{}", i - 1));
  }
  CHECK_THAT(yaml_error(bomb),
             ContainsSubstring("more than 200,000 values, with aliases written out"));
}

TEST_CASE("Anchors and aliases stand for the value they name") {
  const Node root =
      parse_yaml("sizes: &s [64, 128]\nagain: *s\nmap: {k: &t tova, l: *t}\n", "s.yaml");
  CHECK(root.to_json() ==
        nlohmann::json::parse(
            R"({"sizes":[64,128],"again":[64,128],"map":{"k":"tova","l":"tova"}})"));
}

TEST_CASE("A scalar is what JSON would make of it, and nothing of YAML 1.1") {
  const std::string text =
      "a: 12\nb: -3\nc: 0.5\nd: 1e-5\ne: .5\nf: true\ng: false\nh: null\ni: ~\nj:\n"
      "k: yes\nl: no\nm: on\nn: True\no: 010\np: 0x10\nq: 1_000\nr: .inf\ns: .nan\n"
      "t: '12'\nu: \"true\"\nv: 12:30\nw: 9223372036854775807\nx: 9223372036854775808\n"
      "y: -0\nz: 1e999\nA: +7\nB: 2024-01-01\nC: ! 5\nD: 1.\nE: 00\nF: 5e\n";
  const char* const expected =
      R"({"a":12,"b":-3,"c":0.5,"d":1e-5,"e":0.5,"f":true,"g":false,"h":null,"i":null,"j":null,
          "k":"yes","l":"no","m":"on","n":"True","o":"010","p":"0x10","q":"1_000","r":".inf",
          "s":".nan","t":"12","u":"true","v":"12:30","w":9223372036854775807,
          "x":"9223372036854775808","y":0,"z":"1e999","A":7,"B":"2024-01-01","C":"5","D":1.0,
          "E":"00","F":"5e"})";
  const auto wanted = nlohmann::json::parse(expected);
  const nlohmann::json found = parse_yaml(text, "s.yaml").to_json();
  REQUIRE(found.size() == wanted.size());
  for (const auto& [key, value] : wanted.items()) {
    CAPTURE(key);
    CHECK(found.at(key) == value);
    CHECK(found.at(key).type_name() == std::string(value.type_name()));
  }
}

TEST_CASE("Tabs after the indentation, comments, CRLF and a byte order mark are harmless") {
  CHECK(parse_yaml("\xef\xbb\xbf"
                   "a:\t1 # x\r\n\t# tab before a comment\r\nb: x#y\r\n",
                   "s")
            .to_json() == nlohmann::json::parse(R"({"a":1,"b":"x#y"})"));
}

TEST_CASE("Values and keys know where they were written") {
  const Node root = parse_yaml("name: x\npolicy:\n  name: tova\n  sinks:\n", "dir/s.yaml");
  CHECK(root.find("policy.name")->mark().text == "dir/s.yaml:3:9");
  CHECK(root.find("policy.name")->key_mark().text == "dir/s.yaml:3:3");
  CHECK(root.find("policy")->key_mark().text == "dir/s.yaml:2:1");
  CHECK(root.find("policy.sinks")->mark().text == "dir/s.yaml:4:3");
  CHECK_FALSE(root.find("policy.name")->mark().command_line);
}

TEST_CASE("Maps keep the order of the file") {
  const Node root = parse_yaml("zeta: 1\nalpha: 2\nmid: 3\n", "s.yaml");
  REQUIRE(root.entries().size() == 3);
  CHECK(root.entries()[0].first == "zeta");
  CHECK(root.entries()[1].first == "alpha");
  CHECK(root.entries()[2].first == "mid");
}

TEST_CASE("A file that cannot be read is named") {
  const auto folder = std::filesystem::temp_directory_path() / "multistate_yaml_test";
  std::filesystem::create_directories(folder);
  CHECK(input_error([&] { read_yaml(folder / "none.yaml"); }) ==
        (folder / "none.yaml").string() + ": cannot open the file: No such file or directory");
  CHECK(input_error([&] { read_yaml(folder); }) == folder.string() + ": is not a regular file");
  std::ofstream(folder / "bad.yaml") << "a: 1\na: 2\n";
  CHECK(input_error([&] { read_yaml(folder / "bad.yaml"); }) ==
        fmt::format("{0}:2:1: the key 'a' is given twice, first at {0}:1:1",
                    (folder / "bad.yaml").string()));
  std::ofstream(folder / "good.yaml") << "a: 1\n";
  CHECK(read_yaml(folder / "good.yaml").find("a")->as_integer("a") == 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace multistate::test::yaml_test
