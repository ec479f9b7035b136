// How JSON is laid out in files.
#include "multistate/base/json_layout.h"

#include <string>

#include <nlohmann/json.hpp>

#include "support/catch.h"

namespace multistate::test::json_layout_test {
using nlohmann::json;

TEST_CASE("a page of JSON has a line a member, and rows of a table on one line each") {
  const json value = json::parse(R"({
      "name": "a", "empty": {}, "none": [], "numbers": [1, 2.5, null],
      "table": [{"x": 1, "y": [] }, {"x": 2, "y": 3}], "matrix": [[1, 0], [0, 1]],
      "deep": [{"x": {"y": 1}}], "object": {"x": 1}})");
  CHECK(json_page(value) == R"({
  "deep": [
    {
      "x": {
        "y": 1
      }
    }
  ],
  "empty": {},
  "matrix": [
    [1, 0],
    [0, 1]
  ],
  "name": "a",
  "none": [],
  "numbers": [1, 2.5, null],
  "object": {
    "x": 1
  },
  "table": [
    {"x": 1, "y": []},
    {"x": 2, "y": 3}
  ]
}
)");
  CHECK(json::parse(json_page(value)) == value);
}

TEST_CASE("plain values and empty ones are pages as well") {
  CHECK(json_page(json("a")) == "\"a\"\n");
  CHECK(json_page(json(nullptr)) == "null\n");
  CHECK(json_page(json::object()) == "{}\n");
  CHECK(json_page(json::parse("[1, [2]]")) == "[\n  1,\n  [2]\n]\n");
}

TEST_CASE("bytes that are not UTF-8 are replaced, in keys as in values") {
  const json value = {{"a\xff", "b\xff"}};
  CHECK(json_line(value) == "{\"a\xef\xbf\xbd\":\"b\xef\xbf\xbd\"}");
  CHECK(json_page(value) == "{\n  \"a\xef\xbf\xbd\": \"b\xef\xbf\xbd\"\n}\n");
}

}  // namespace multistate::test::json_layout_test
