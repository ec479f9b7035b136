#include "multistate/base/strict_json.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::strict_json_test {

TEST_CASE("JSON from outside is refused with its place") {
  const auto error = [](const std::string& text) {
    return input_error([&] { parse_strict_json(text, "a.json", 2); });
  };
  CHECK(error("{") == "a.json: is not valid JSON (at byte 2)");
  CHECK(error("[1]") == "a.json: is '[1]'; expected a JSON object");
  CHECK(error(R"({"a": 1, "a": 2})") == "a.json: the key 'a' appears twice");
  CHECK(error(R"({"a": {"b": {"c": {}}}})") == "a.json: is nested more than 2 deep");
}

TEST_CASE("brackets in strings do not nest") {
  CHECK(nests_deeper("[[[", 2));
  CHECK_FALSE(nests_deeper("[[]][[", 2));
  CHECK_FALSE(nests_deeper(R"(["[[[", "\"[[["])", 2));
  CHECK_FALSE(nests_deeper(R"("\)", 2));
}

TEST_CASE("damaged JSON, or JSON nested too deep, is discarded and not walked") {
  CHECK(parse_json(R"({"a": [1, 2]})").at("a").size() == 2);
  CHECK(parse_json("{\"a\": ").is_discarded());
  CHECK(parse_json(std::string(200'000, '[')).is_discarded());
  const std::string deep = std::string(64, '[') + std::string(64, ']');
  CHECK(parse_json(deep).is_array());
  CHECK(parse_json("[" + deep + "]").is_discarded());
}

TEST_CASE("a number that no double holds is an error of the input, with its key") {
  const auto error = [](const std::string& number) {
    return input_error(
        [&] { parse_strict_json(R"({"x": 1, "theta": )" + number + "}", "a.json"); });
  };
  const std::string expected =
      " after the key 'theta' is out of range for a double; expected at most 1.8e308";
  CHECK(error("1e999") == "a.json: '1e999'" + expected);
  CHECK(error("[1, -1e309]") == "a.json: '-1e309'" + expected);
  CHECK(parse_strict_json(R"({"theta": 1.7e308})", "a.json")["theta"] == 1.7e308);
}

TEST_CASE("a list of strings holds nothing else, and unknown keys are named with the nearest") {
  const auto json =
      parse_strict_json(R"({"a": ["x", "y"], "b": ["x", 1], "c": "x", "d": null})", "a.json");
  const JsonObject object(json, "a.json");
  CHECK(object.strings("a") == std::vector<std::string>{"x", "y"});
  CHECK(object.strings("d") == std::nullopt);
  CHECK(object.strings("e") == std::nullopt);
  CHECK(input_error([&] { object.strings("b"); }) ==
        "a.json: 'b' is '[\"x\",1]'; expected a list of strings");
  CHECK(input_error([&] { object.strings("c"); }) ==
        "a.json: 'c' is '\"x\"'; expected a list of strings");
  const std::vector<std::string> known = {"a", "b", "c", "answers"};
  CHECK(input_error([&] { object.allow_only(known); }) ==
        "a.json: unknown key 'd'; did you mean 'a'?");
  CHECK(input_error([&] { object.allow_only({}); }) == "a.json: unknown key 'a'; known: ");
}

}  // namespace multistate::test::strict_json_test
