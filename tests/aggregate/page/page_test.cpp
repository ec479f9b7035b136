#include "aggregate/page/page.h"

#include <regex>

#include "aggregate/support/made_report.h"
#include "support/catch.h"

namespace multistate::test::page_test {
namespace {

using namespace aggregate;
using nlohmann::json;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// What the page's scripts get.
json data_in(const std::string& page) {
  const std::string start = "<script type=\"application/json\" id=\"data\">";
  const size_t first = page.find(start);
  REQUIRE(first != std::string::npos);
  const size_t from = first + start.size();
  return json::parse(page.substr(from, page.find("</script>", from) - from));
}

}  // namespace

TEST_CASE("a page holds its report") {
  const json report = MadeReport().make();
  const json data = data_in(make_page(report));
  json held = data.at("report");
  for (json& cell : held["cells"]) {
    cell["parameters"].update(data.at("common"));
  }
  CHECK(held == report);
}

TEST_CASE("parameters that all cells share are in the page once") {
  json report = MadeReport().make();
  for (json& cell : report["cells"]) {
    cell["parameters"]["model.path"] = "the-only-model.gguf";
  }
  const json data = data_in(make_page(report));
  CHECK(data["common"] == json{{"model.path", "the-only-model.gguf"}});
  report["cells"][2]["parameters"].erase("model.path");
  CHECK(data_in(make_page(report))["common"].empty());
}

TEST_CASE("no text of a report leaves its place in the page") {
  const std::string plain = make_page(MadeReport().make());
  const std::string evil = "</script><script>alert(1)</script><!-- {{vega}} ]]> \xff";
  json report = MadeReport().make();
  report["sweeps"][0]["name"] = evil;
  report["warnings"] = {evil};
  report["cells"][0]["label"] = evil;
  report["cells"][1]["error"] = evil;
  report["cells"][1]["parameters"][evil] = evil;
  report["cells"][1]["samples"]["nll"][0] = {evil, 1};
  report["provenance"][evil] = evil;
  const std::string page = make_page(report);
  for (const char* tag : {"<script", "</script", "<!--", "alert(1)</"}) {
    CAPTURE(tag);
    CHECK(count(page, tag) == count(plain, tag));
  }
  CHECK_THAT(page, ContainsSubstring("<title>&lt;/script&gt;&lt;script&gt;alert(1)"));
  const json data = data_in(page);
  const std::string shown = evil.substr(0, evil.size() - 1) + "\ufffd";
  CHECK(data["report"]["warnings"][0] == shown);
  CHECK(data["report"]["cells"][1]["samples"]["nll"][0][0] == shown);
}

TEST_CASE("a page needs nothing beside it") {
  const std::string page = make_page(MadeReport().make());
  CHECK_THAT(page, ContainsSubstring("default-src 'none'"));
  CHECK(page.find("{{") == page.find("{{", page.find("vegaModules")));  // No place is left empty.
  CHECK_FALSE(std::regex_search(page.substr(0, page.find("<style>")), std::regex("<link|<base")));
  CHECK(count(page, "sourceMappingURL") == 0);
  CHECK(count(page, "@import") == 0);
  CHECK(count(page, "<script src") == 0);
  const std::string body =
      page.substr(page.find("<body>"), page.find("id=\"data\"") - page.find("<body>"));
  CHECK_FALSE(std::regex_search(body, std::regex("(src|href)=\"[^#]")));
  CHECK(count(page, "vegaModules[\"vega-view\"]") == 1);
  CHECK_THAT(page, ContainsSubstring("University of Washington Interactive Data Lab"));
}

TEST_CASE("a page loads itself again only when it is told to") {
  const json report = MadeReport().make();
  CHECK(data_in(make_page(report))["reload_seconds"] == 0.0);
  CHECK(data_in(make_page(report, 2.5))["reload_seconds"] == 2.5);
}

TEST_CASE("a report without a done cell makes a page") {
  json report = MadeReport().make();
  report["groups"] = json::array();
  report["cells"] = json::array();
  CHECK(data_in(make_page(report))["report"]["cells"].empty());
}

}  // namespace multistate::test::page_test
