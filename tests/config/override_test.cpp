#include "multistate/config/override.h"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::override_test {
namespace {

using test::input_error;

std::string values_of(std::string_view argument) {
  nlohmann::json values = nlohmann::json::array();
  for (const Node& value : parse_override(argument).values) {
    values.push_back(value.to_json());
  }
  return values.dump();
}

struct GoodArgument {
  const char* argument;
  const char* values;
};

TEST_CASE("The values of an override are read as they are meant") {
  const auto good = GENERATE(
      GoodArgument{"k=64", "[64]"}, GoodArgument{"k=64,128", "[64,128]"},
      GoodArgument{"k=tova, h2o", "[\"tova\",\"h2o\"]"}, GoodArgument{"k=a b", "[\"a b\"]"},
      GoodArgument{"k='a,b'", "[\"a,b\"]"}, GoodArgument{"k=\"a,b\",c", "[\"a,b\",\"c\"]"},
      GoodArgument{"k='64'", "[\"64\"]"}, GoodArgument{"k=''", "[\"\"]"},
      GoodArgument{"k='it\\'s \\\\ \\n'", "[\"it's \\\\ \\\\n\"]"},
      GoodArgument{"k='(x)'", "[\"(x)\"]"}, GoodArgument{"k=a=b", "[\"a=b\"]"},
      GoodArgument{"k=[a,b]", "[[\"a\",\"b\"]]"}, GoodArgument{"k=[]", "[[]]"},
      GoodArgument{"k=[1],[2,[3]]", "[[1],[2,[3]]]"}, GoodArgument{"k=null", "[null]"},
      GoodArgument{"k=true,false", "[true,false]"}, GoodArgument{"k=010", "[\"010\"]"},
      GoodArgument{"k=range(64,513,64)", "[64,128,192,256,320,384,448,512]"},
      GoodArgument{"k=range(64,512,64)", "[64,128,192,256,320,384,448]"},
      GoodArgument{"k=range(2,5)", "[2,3,4]"}, GoodArgument{"k=range(3)", "[0,1,2]"},
      GoodArgument{"k=range( 5 , 0 , -2 )", "[5,3,1]"},
      GoodArgument{"k=range(0,1,0.25)", "[0,0.25,0.5,0.75]"},
      GoodArgument{"k=range(0.1,0.5,0.1)", "[0.1,0.2,0.3,0.4]"},
      GoodArgument{"k=range(0,0.35,0.1)", "[0,0.1,0.2,0.3]"},
      GoodArgument{"k=range(1,0,-0.5)", "[1,0.5]"},
      GoodArgument{"k=range(9223372036854775805,9223372036854775807)",
                   "[9223372036854775805,9223372036854775806]"},
      GoodArgument{"k=range(-9223372036854775808,9223372036854775807,9223372036854775807)",
                   "[-9223372036854775808,-1,9223372036854775806]"});
  CAPTURE(good.argument);
  CHECK(values_of(good.argument) == good.values);
}

TEST_CASE("An override knows its kind, key and origin") {
  const Override set = parse_override("policy.name=tova");
  CHECK(set.kind == Override::Kind::kSet);
  CHECK(set.key == "policy.name");
  CHECK(set.mark.text == "command line: policy.name=tova");
  CHECK(set.values.front().mark().text == "command line: policy.name=tova");
  CHECK(set.values.front().mark().command_line);
  const Override erase = parse_override("~policy.sinks");
  CHECK(erase.kind == Override::Kind::kDelete);
  CHECK(erase.key == "policy.sinks");
  CHECK(erase.values.empty());
}

struct BadArgument {
  std::string argument;
  const char* message;
};

TEST_CASE("An argument that is no override is quoted with what is wrong") {
  const auto bad = GENERATE(
      BadArgument{"", "expected key=value or ~key"},
      BadArgument{"tova", "expected key=value or ~key"}, BadArgument{"=64", "the key is empty"},
      BadArgument{"~", "the key is empty"},
      BadArgument{"+seed=64", "leave out the +; a key need not be in the file to be set"},
      BadArgument{"~key=1", "a key is deleted without a value: ~key"},
      BadArgument{"state size=1",
                  "the key 'state size' may hold letters, digits, '_', '-' and '.' only"},
      BadArgument{"a..b=1", "the key 'a..b' has an empty part"},
      BadArgument{".a=1", "the key '.a' has an empty part"},
      BadArgument{"a.=1", "the key 'a.' has an empty part"},
      BadArgument{"k=", "a value is empty; write '' for an empty text"},
      BadArgument{"k=a,", "a value is empty; write '' for an empty text"},
      BadArgument{"k=a,,b", "a value is empty; write '' for an empty text"},
      BadArgument{"k=,a", "a value is empty; write '' for an empty text"},
      BadArgument{"k='abc", "a quote ' is never closed"},
      BadArgument{"k=\"abc'", "a quote \" is never closed"},
      BadArgument{"k=it's", "a quote in the middle of 'it's'; put the whole value in quotes"},
      BadArgument{"k='a'b", "unexpected 'b'"}, BadArgument{"k=[a,b", "a bracket [ is never closed"},
      BadArgument{"k=a]", "unexpected ']'"}, BadArgument{"k=[a]]", "unexpected ']'"},
      BadArgument{"k=[a,]", "a value is empty; write '' for an empty text"},
      BadArgument{"k=[a[b]]", "unexpected '[b]]' in a list"},
      BadArgument{"k={a: 1}",
                  "'{a: 1}' looks like a map; set its keys one by one, or put text in quotes"},
      BadArgument{"k=choice(a,b)",
                  "in 'choice(a': parentheses belong to range(start,stop,step), which stands by "
                  "itself; put other text that has them in quotes"},
      BadArgument{"k=range(1,3),5",
                  "in 'range(1': parentheses belong to range(start,stop,step), which stands by "
                  "itself; put other text that has them in quotes"},
      BadArgument{"k=range(1,3",
                  "in 'range(1': parentheses belong to range(start,stop,step), which stands by "
                  "itself; put other text that has them in quotes"},
      BadArgument{"k=range(64,513,0)", "the step of a range cannot be 0"},
      BadArgument{"k=range(0,1,0.0)", "the step of a range cannot be 0"},
      BadArgument{"k=range(64,64)",
                  "the range is empty: its stop, which is left out, does not lie beyond its start"},
      BadArgument{"k=range(1,5,-1)",
                  "the range is empty: its stop, which is left out, does not lie beyond its start"},
      BadArgument{"k=range()", "range takes one to three numbers (start, stop, step), found ''"},
      BadArgument{"k=range(a,b)",
                  "range takes one to three numbers (start, stop, step), found 'a,b'"},
      BadArgument{"k=range(1,,2)",
                  "range takes one to three numbers (start, stop, step), found '1,,2'"},
      BadArgument{"k=range(1,2,3,4)",
                  "range takes one to three numbers (start, stop, step), found 4"},
      BadArgument{"k=range(1000000)", "the range has more than 100,000 values"},
      BadArgument{"k=range(0,1,1e-9)", "the range has more than 100,000 values"});
  CHECK(input_error([&] { parse_override(bad.argument); }) ==
        fmt::format("command line: {}: {}", bad.argument, bad.message));
}

TEST_CASE("An argument that a terminal could not show is escaped and refused") {
  CHECK(input_error([] { parse_override("k=a\x1b[31m"); }) ==
        "command line: 'k=a\\x1b[31m': control characters and invalid UTF-8 are not allowed");
  CHECK(input_error([] { parse_override("k=\xff"); }) ==
        "command line: 'k=\\xff': control characters and invalid UTF-8 are not allowed");
}

TEST_CASE("Brackets that nest too deep are refused before the stack can run out") {
  std::string deep = "k=";
  deep.append(100'000, '[');
  CHECK_THAT(input_error([&] { parse_override(deep); }),
             ContainsSubstring("nested more than 64 levels deep"));
}

const char* const kSweep =
    "name: n\n"
    "policy: {name: tova}\n"
    "state_size: 256\n"
    "model:\n"
    "  path: m.gguf\n"
    "sweep:\n"
    "  parameters:\n"
    "    policy.name: {values: [window, tova]}\n"
    "    state_size: {values: [64, 128]}\n"
    "    model.dtype: {values: [float32, bfloat16]}\n"
    "  include: [{policy.name: full}]\n";

const std::array<std::string, 5> kKnownKeys = {"policy", "state_size", "model", "seed", "sweep"};

Node applied(std::initializer_list<const char*> arguments, const char* sweep = kSweep) {
  Node root = parse_yaml(sweep, "s.yaml");
  for (const char* argument : arguments) {
    apply_override(root, parse_override(argument), kKnownKeys);
  }
  return root;
}

std::string axes_of(const Node& root) {
  std::string text;
  for (const auto& [key, axis] : root.find("sweep.parameters")->entries()) {
    text += fmt::format("{}={} ", key, axis.find("values")->to_json().dump());
  }
  return text;
}

TEST_CASE("One value sets the key and ends its axis") {
  const Node root = applied({"policy.name=h2o"});
  CHECK(root.find("policy.name")->text() == "h2o");
  CHECK(axes_of(root) == R"(state_size=[64,128] model.dtype=["float32","bfloat16"] )");
  CHECK(root.find("state_size")->as_integer("") == 256);
}

TEST_CASE("Several values replace the axis in its place, or make one at the end") {
  CHECK(axes_of(applied({"policy.name=h2o,full"})) ==
        R"(policy.name=["h2o","full"] state_size=[64,128] model.dtype=["float32","bfloat16"] )");
  CHECK(axes_of(applied({"model.path=a,b", "seed=range(2)"})) ==
        R"(policy.name=["window","tova"] state_size=[64,128] model.dtype=["float32","bfloat16"] )"
        R"(model.path=["a","b"] seed=[0,1] )");
  CHECK(axes_of(applied({"seed=1,2"}, "name: x\n")) == "seed=[1,2] ");
  CHECK(axes_of(applied({"seed=1,2"}, "name: x\nsweep:\n  parameters:\n")) == "seed=[1,2] ");
}

TEST_CASE("A key that only an axis has may be set") {
  const Node root = applied({"model.dtype=float64"});
  CHECK(root.find("model.dtype")->text() == "float64");
  CHECK(axes_of(root) == R"(policy.name=["window","tova"] state_size=[64,128] )");
}

TEST_CASE("A key at or below a known one may be set though the file does not have it") {
  CHECK(applied({"seed=3"}).find("seed")->as_integer("") == 3);
  CHECK(applied({"policy.sinks=4"}).find("policy.sinks")->as_integer("") == 4);
  CHECK(axes_of(applied({"policy.sinks=0,4"})) ==
        R"(policy.name=["window","tova"] state_size=[64,128] model.dtype=["float32","bfloat16"] )"
        R"(policy.sinks=[0,4] )");
}

TEST_CASE("A tilde removes the key, its axis and all below it") {
  const Node root = applied({"~state_size", "~policy"});
  CHECK(root.find("state_size") == nullptr);
  CHECK(root.find("policy") == nullptr);
  CHECK(axes_of(root) == R"(model.dtype=["float32","bfloat16"] )");
  CHECK(applied({"~sweep"}).find("sweep") == nullptr);
  CHECK(applied({"~sweep.include"}).find("sweep.include") == nullptr);
}

TEST_CASE("The description of the sweep takes a list as one value") {
  CHECK(applied({"sweep.include=[]"}).find("sweep.include")->to_json().dump() == "[]");
}

struct BadChange {
  const char* argument;
  const char* message;
};

TEST_CASE("An override that does not fit the sweep file says what would") {
  const auto bad = GENERATE(
      BadChange{"state_sise=64",
                "a sweep file has no key 'state_sise'; did you mean 'state_size'?"},
      BadChange{"polici.sinks=4,5", "a sweep file has no key 'polici.sinks'"},
      BadChange{"policyname=h2o",
                "a sweep file has no key 'policyname'; did you mean 'policy.name'?"},
      BadChange{"~polici.name",
                "the sweep file has no key 'polici.name' to delete; did you mean 'policy.name'?"},
      BadChange{"~zzz", "the sweep file has no key 'zzz' to delete"},
      BadChange{"policy=tova", "'policy' is a map; set its keys one by one: policy.name"},
      BadChange{"policy=tova,h2o", "'policy' is a map; set its keys one by one: policy.name"},
      BadChange{"sweep.include=a,b", "the description of the sweep takes one value, not several"},
      BadChange{"policy.name.x=1",
                "cannot set 'policy.name.x': what is to hold it is not a map (s.yaml:2:16)"});
  CHECK(input_error([&] { applied({bad.argument}); }) ==
        fmt::format("command line: {}: {}", bad.argument, bad.message));
}

TEST_CASE("Axes that are no map are not overwritten") {
  CHECK(input_error([] { applied({"seed=1,2"}, "name: x\nsweep: {parameters: [a]}\n"); }) ==
        "s.yaml:2:21: sweep.parameters: expected a map of axes, found a list");
}

}  // namespace
}  // namespace multistate::test::override_test
