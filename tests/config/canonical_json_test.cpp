#include "multistate/config/canonical_json.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "multistate/config/node.h"

#include "support/catch.h"

namespace multistate::test::canonical_json_test {
namespace {

using nlohmann::json;

TEST_CASE("Canonical JSON sorts keys by their bytes and has no white space") {
  const json value =
      json::parse(R"({"b": [1, {"z": null, "a": true}], "B": "x", "é": {}, "a": []})");
  CHECK(canonical_json(value) ==
        "{\"B\":\"x\",\"a\":[],\"b\":[1,{\"a\":true,\"z\":null}],\"\xc3\xa9\":{}}");
}

TEST_CASE("A number has one form however it was written") {
  const auto form = [](const char* text) { return canonical_json(json::parse(text)); };
  CHECK(form("1") == "1");
  CHECK(form("1.0") == "1");
  CHECK(form("1e0") == "1");
  CHECK(form("-0.0") == "0");
  CHECK(form("0.1") == "0.1");
  CHECK(form("0.10000000000000001") == "0.1");
  CHECK(form("1e-5") == "1e-05");
  CHECK(form("9007199254740992.0") == "9007199254740992");
  CHECK(form("1e22") == "1e+22");
  CHECK(form("-9223372036854775808") == "-9223372036854775808");
  CHECK(form("18446744073709551615") == "18446744073709551615");
  CHECK(form("0.30000000000000004") == "0.30000000000000004");
}

TEST_CASE("Texts keep their characters and escape what JSON demands") {
  CHECK(canonical_json(json("caf\xc3\xa9 \" \\ \n \x01 /")) ==
        "\"caf\xc3\xa9 \\\" \\\\ \\n \\u0001 /\"");
}

TEST_CASE("What canonical JSON cannot hold is refused") {
  CHECK_THROWS_WITH(canonical_json(json(std::nan(""))), "canonical JSON cannot hold nan");
  CHECK_THROWS_WITH(canonical_json(json{{"a", -std::numeric_limits<double>::infinity()}}),
                    "canonical JSON cannot hold -inf");
  CHECK_THROWS_AS(canonical_json(json(std::nan(""))), std::invalid_argument);
  CHECK_THROWS_AS(canonical_json(json("\xff")), std::invalid_argument);
  CHECK_THROWS_AS(canonical_json(json{{"\xff", 1}}), std::invalid_argument);
  CHECK_THROWS_WITH(canonical_json(json::binary({1, 2})),
                    "canonical JSON cannot hold a binary value");
}

// printf '%s' '{"a":1,"b":"x"}' | sha256sum
TEST_CASE("A cell's identity is the SHA-256 of its canonical JSON") {
  const std::string expected = "ecf9e98ec0641e23113ff3ce8bdc78d0ddd249886517fd4a7f68cc83d4e65667";
  CHECK(cell_identity(json::parse(R"({"b":"x","a":1.0})")) == expected);
  CHECK(cell_identity(parse_yaml("a: 1\nb: x\n", "s.yaml").to_json()) == expected);
  CHECK(cell_identity(json::parse(R"({"b":"x","a":2})")) != expected);
}

}  // namespace
}  // namespace multistate::test::canonical_json_test
