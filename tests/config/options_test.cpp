#include "multistate/config/options.h"

#include <fmt/format.h>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::options_test {
namespace {

using test::input_error;

enum class Fruit { kApple, kPear, kPlum };

struct Sample {
  int64_t sinks = 2;
  int64_t digits = 3;
  int64_t low = -5;
  int64_t any = 0;
  double decay = 0.5;
  double scale = 1.0;
  bool normalize = true;
  std::string note = "none";
  RowCount recent = {0.5};
  std::vector<int64_t> sizes = {1, 2};
  std::vector<double> shares;
  Fruit fruit = Fruit::kPear;

  void visit(OptionVisitor& v) {
    v("sinks", sinks, {.low = 0}, "first rows");
    v("digits", digits, {0, 9}, "a digit");
    v("low", low, {.high = -1}, "below zero");
    v("any", any, {}, "whatever");
    v("decay", decay, {0.0, 1.0}, "a share");
    v("scale", scale, {}, "a factor");
    v("normalize", normalize, "a switch");
    v("note", note, "a remark");
    v("recent", recent, "newest rows");
    v("sizes", sizes, {0, 9}, "some digits");
    v("shares", shares, {0.0, 1.0}, "some shares");
    v.choice("fruit", fruit,
             {{"apple", Fruit::kApple}, {"pear", Fruit::kPear}, {"plum", Fruit::kPlum}},
             "something to eat");
  }
};

Sample read(const std::string& yaml) {
  const Node root = parse_yaml(yaml, "sweep.yaml");
  Sample sample;
  OptionReader reader(root.find("policy"), "policy.");
  sample.visit(reader);
  return sample;
}

struct BadOption {
  const char* line;
  const char* message;
};

TEST_CASE(
    "An option of the wrong type or out of range is refused with place, key, range and value") {
  const auto bad = GENERATE(
      BadOption{"sinks: four", "3:10: policy.sinks: expected an integer, 0 or more, found 'four'"},
      BadOption{"sinks: -1", "3:10: policy.sinks: expected an integer, 0 or more, found '-1'"},
      BadOption{"sinks: 1.5", "3:10: policy.sinks: expected an integer, 0 or more, found '1.5'"},
      BadOption{"sinks: '4'",
                "3:10: policy.sinks: expected an integer, 0 or more, found '4' (text, since it is "
                "in quotes)"},
      BadOption{"digits: 10", "3:11: policy.digits: expected an integer from 0 to 9, found '10'"},
      BadOption{"low: 0", "3:8: policy.low: expected an integer, at most -1, found '0'"},
      BadOption{"any: [1, 2]", "3:8: policy.any: expected an integer, found a list"},
      BadOption{"decay: 1.01", "3:10: policy.decay: expected a number from 0 to 1, found '1.01'"},
      BadOption{"decay: half", "3:10: policy.decay: expected a number from 0 to 1, found 'half'"},
      BadOption{"scale: .inf", "3:10: policy.scale: expected a number, found '.inf'"},
      BadOption{"scale:", "3:3: policy.scale: expected a number, found nothing"},
      BadOption{"sizes: [1, ten]",
                "3:14: policy.sizes: expected an integer from 0 to 9, found 'ten'"},
      BadOption{"sizes: [1, [2]]",
                "3:14: policy.sizes: expected an integer from 0 to 9, found a list"},
      BadOption{
          "sizes: ten",
          "3:10: policy.sizes: expected an integer from 0 to 9 or a list of such, found 'ten'"},
      BadOption{"shares: [0.5, 2]",
                "3:17: policy.shares: expected a number from 0 to 1, found '2'"},
      BadOption{
          "shares: {a: 1}",
          "3:11: policy.shares: expected a number from 0 to 1 or a list of such, found a map"},
      BadOption{"normalize: yes", "3:14: policy.normalize: expected true or false, found 'yes'"},
      BadOption{"normalize: 1", "3:14: policy.normalize: expected true or false, found '1'"},
      BadOption{"note: {a: 1}", "3:9: policy.note: expected text, found a map"},
      BadOption{"fruit: prune", "3:10: policy.fruit: expected apple, pear or plum, found 'prune'"},
      BadOption{"fruit: peer",
                "3:10: policy.fruit: expected apple, pear or plum, found 'peer'; did you mean "
                "'pear'?"},
      BadOption{"fruit: [pear]", "3:10: policy.fruit: expected apple, pear or plum, found a list"});
  CHECK(input_error([&] { read(fmt::format("seed: 0\npolicy:\n  {}\n", bad.line)); }) ==
        fmt::format("sweep.yaml:{}", bad.message));
}

TEST_CASE("A number of rows is a count or a share, and nothing between") {
  const auto* const bad = GENERATE("-1", "-0.5", "0.0", "1.0", "1.5", "many", "'3'", "[3]");
  CHECK_THAT(input_error([&] { read(fmt::format("policy: {{recent: {}}}", bad)); }),
             ContainsSubstring("sweep.yaml:1:18: policy.recent: expected a number of rows (an "
                               "integer, 0 or more) or a share of the state size (above 0, below "
                               "1), found "));
  CHECK(std::get<int64_t>(read("policy: {recent: 0}").recent.value) == 0);
  CHECK(std::get<int64_t>(read("policy: {recent: 64}").recent.value) == 64);
  CHECK(std::get<double>(read("policy: {recent: 0.25}").recent.value) == 0.25);
}

TEST_CASE("A share of rows is rounded down, but not for the error of binary fractions") {
  CHECK(RowCount{int64_t{7}}.rows(100) == 7);
  CHECK(RowCount{0.5}.rows(7) == 3);
  CHECK(RowCount{0.29}.rows(100) == 29);  // 0.29 * 100 is 28.999999999999996
  CHECK(RowCount{0.999}.rows(100) == 99);
  CHECK(RowCount{0.1}.rows(9) == 0);
}

TEST_CASE("Options that are given are set, the others keep their defaults") {
  const Sample sample = read(
      "policy: {sinks: 4, decay: 1, normalize: false, note: 010, fruit: plum, low: -9, scale: "
      "-2.5}");
  CHECK(sample.sinks == 4);
  CHECK(sample.digits == 3);
  CHECK(sample.low == -9);
  CHECK(sample.decay == 1.0);
  CHECK(sample.scale == -2.5);
  CHECK_FALSE(sample.normalize);
  CHECK(sample.note == "010");
  CHECK(sample.fruit == Fruit::kPlum);
  CHECK(std::get<double>(sample.recent.value) == 0.5);
}

TEST_CASE("A list may be empty, and a single value is a list of one") {
  const Sample sample = read("policy: {sizes: [], shares: [0.5, 1]}");
  CHECK(sample.sizes.empty());
  CHECK(sample.shares == std::vector<double>{0.5, 1.0});
  CHECK(read("policy: {sizes: 7}").sizes == std::vector<int64_t>{7});
  CHECK(read("policy: {shares: 0}").sizes == std::vector<int64_t>{1, 2});
}

TEST_CASE("No map of options means the defaults; anything but a map is an error") {
  Sample sample;
  OptionReader none(nullptr, "policy.");
  sample.visit(none);
  CHECK(sample.sinks == 2);
  CHECK(read("policy:\n").sinks == 2);
  CHECK(input_error([] { read("policy: tova\n"); }) ==
        "sweep.yaml:1:9: policy: expected a map of options, found 'tova'");
  CHECK(input_error([] { read("policy: [tova]\n"); }) ==
        "sweep.yaml:1:9: policy: expected a map of options, found a list");
}

TEST_CASE("A key that no option has is refused with the nearest that one has") {
  const Node root = parse_yaml("policy:\n  sinks: 1\n  sink: 2\n", "sweep.yaml");
  Sample sample;
  OptionReader reader(root.find("policy"), "policy.");
  sample.visit(reader);
  CHECK(reader.taken().size() == 12);
  CHECK(input_error([&] { reject_unknown(*root.find("policy"), reader.taken(), "policy."); }) ==
        "sweep.yaml:3:3: unknown key 'policy.sink'; did you mean 'policy.sinks'?");
  const std::vector<std::string> few = {"sinks", "decay"};
  const Node strange = parse_yaml("qqqqqq:\n  - 1\n", "sweep.yaml");
  CHECK(input_error([&] { reject_unknown(strange, few, ""); }) ==
        "sweep.yaml:1:1: unknown key 'qqqqqq'; known: sinks, decay");
  CHECK(input_error([&] { reject_unknown(parse_yaml("decay: 1", "s"), few, ""); }) == "no error");
}

TEST_CASE("The lister shows type, default, range and help of every option") {
  Sample sample;
  OptionLister lister;
  sample.visit(lister);
  const std::vector<std::vector<std::string>> expected = {
      {"sinks", "integer", "2", "0 or more", "first rows"},
      {"digits", "integer", "3", "0 to 9", "a digit"},
      {"low", "integer", "-5", "at most -1", "below zero"},
      {"any", "integer", "0", "", "whatever"},
      {"decay", "number", "0.5", "0 to 1", "a share"},
      {"scale", "number", "1.0", "", "a factor"},
      {"normalize", "boolean", "true", "true | false", "a switch"},
      {"note", "string", "\"none\"", "", "a remark"},
      {"recent", "rows or share", "0.5", "rows: 0 or more; share: above 0, below 1", "newest rows"},
      {"sizes", "integers", "[1,2]", "0 to 9", "some digits"},
      {"shares", "numbers", "[]", "0 to 1", "some shares"},
      {"fruit", "choice", "\"pear\"", "apple | pear | plum", "something to eat"},
  };
  REQUIRE(lister.options().size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const OptionInfo& option = lister.options()[i];
    CHECK(std::vector<std::string>{option.name, option.type, option.default_value.dump(),
                                   option.allowed, option.help} == expected[i]);
  }
  CHECK(sample.fruit == Fruit::kPear);
}

TEST_CASE("A list of strings takes one string as well, and nothing that is no string") {
  struct Stops {
    std::vector<std::string> stop = {"END"};
    void visit(OptionVisitor& v) { v("stop", stop, "where to end"); }
  };
  const auto stops = [](const std::string& yaml) {
    const Node root = parse_yaml(yaml, "sweep.yaml");
    Stops read;
    OptionReader reader(&root, "experiment.");
    read.visit(reader);
    return read.stop;
  };
  CHECK(stops("other: 1") == std::vector<std::string>{"END"});
  CHECK(stops("stop: []").empty());
  CHECK(stops("stop: \"a\\n\"") == std::vector<std::string>{"a\n"});
  CHECK(stops("stop: [x, 010]") == std::vector<std::string>{"x", "010"});
  CHECK_THAT(input_error([&] { stops("stop: [x, [y]]"); }),
             ContainsSubstring("sweep.yaml:1:11: experiment.stop: expected text, found a list"));
  Stops written;
  OptionWriter writer;
  written.visit(writer);
  CHECK(writer.json() == nlohmann::json{{"stop", {"END"}}});
  OptionLister lister;
  written.visit(lister);
  CHECK(lister.options().at(0).type == "strings");
  CHECK(lister.options().at(0).default_value == nlohmann::json{"END"});
}

TEST_CASE("The writer gives every option with its value") {
  Sample sample = read("policy: {recent: 8, fruit: apple}");
  OptionWriter writer;
  sample.visit(writer);
  CHECK(writer.json() == nlohmann::json::parse(R"({
    "sinks": 2, "digits": 3, "low": -5, "any": 0, "decay": 0.5, "scale": 1.0, "normalize": true,
    "note": "none", "recent": 8, "sizes": [1, 2], "shares": [], "fruit": "apple"})"));
  CHECK(writer.json().at("recent").is_number_integer());
}

}  // namespace
}  // namespace multistate::test::options_test
