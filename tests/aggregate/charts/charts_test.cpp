#include "aggregate/charts/charts.h"

#include <algorithm>
#include <set>

#include "aggregate/charts/figures.h"
#include "aggregate/support/made_report.h"
#include "support/catch.h"

namespace multistate::test {
namespace {

using namespace aggregate;
using nlohmann::json;

/// The charts of a report, which live no longer than it.
struct Made {
  explicit Made(json source) : report(std::move(source)), data(report), charts(make_charts(data)) {}

  const Chart& chart(const std::string& name) const {
    const auto found = std::find_if(charts.begin(), charts.end(),
                                    [&](const Chart& one) { return one.name == name; });
    if (found == charts.end()) {
      std::string names;
      for (const Chart& one : charts) {
        names += one.name + " ";
      }
      FAIL("no chart " << name << " among " << names);
    }
    return *found;
  }

  /// The point of a policy at a place.
  json point(const std::string& name, const std::string& policy, double x) const {
    for (const json& one : chart(name).spec.at("data").at(0).at("values")) {
      if (one.at("label") == policy && one.value("x", -1.0) == x) {
        return one;
      }
    }
    return nullptr;
  }

  json report;
  ReportData data;
  std::vector<Chart> charts;
};

MadeReport small() {
  MadeReport made;
  made.policies = {"tova", "window"};
  made.sizes = {64, 128};
  return made;
}

json axis(const Chart& chart, const std::string& orient) {
  for (const json& one : chart.spec.at("axes")) {
    if (one.at("orient") == orient) {
      return one;
    }
  }
  return nullptr;
}

json scale(const Chart& chart, const std::string& name) {
  for (const json& one : chart.spec.at("scales")) {
    if (one.at("name") == name) {
      return one;
    }
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a sweep gives each metric its charts, the paired difference first") {
  const Made made(small().make());
  std::vector<std::string> names;
  for (const Chart& chart : made.charts) {
    names.push_back(chart.name);
  }
  CHECK(names == std::vector<std::string>{
                     "nll-difference-by-state-size", "nll-by-state-size",
                     "perplexity-difference-by-state-size", "perplexity-by-state-size",
                     "nll-by-memory", "nll-by-speed", "perplexity-by-memory", "perplexity-by-speed",
                     "nll_by_place-state-64", "nll_by_place-state-128"});
  CHECK(made.chart("nll-by-speed").kind == "speed");
  CHECK(made.chart("nll_by_place-state-64").choices ==
        std::map<std::string, std::string>{{"series", "nll_by_place"}, {"state size", "64"}});
}

TEST_CASE("points are the report's values and intervals, policies by their names") {
  json report = small().make();
  // full, tova 64, tova 128, window 64, window 128
  for (size_t i = 0; i < 5; ++i) {
    report["cells"][i]["metrics"]["nll"] = {{"value", 2.0 + static_cast<double>(i) / 4.0},
                                            {"stderr", 0.5},
                                            {"n", 4},
                                            {"low", 1.5},
                                            {"high", 4.25}};
  }
  const Made made(std::move(report));
  CHECK(made.point("nll-by-state-size", "TOVA", 128) == json{{"label", "TOVA"},
                                                             {"x", 128.0},
                                                             {"y", 2.5},
                                                             {"low", 1.5},
                                                             {"high", 4.25},
                                                             {"n", 4},
                                                             {"seeds", 1}});
  // The full cache has no state size: it lies across.
  CHECK(made.point("nll-by-state-size", "full cache", -1)["y"] == 2.0);
  CHECK(made.point("nll-by-state-size", "window", 64)["y"] == 2.75);
}

TEST_CASE("differences are the paired ones of the report") {
  json report = small().make();
  for (json& one : report["groups"][0]["comparisons"]) {
    if (one["metric"] == "nll" && one["state_size"] == 64) {
      one["difference"] = one["a"] == report["cells"][1]["id"] ? 0.25 : 0.5;
      one["low"] = 0.125;
      one["high"] = 0.625;
    }
  }
  const Made made(std::move(report));
  const json point = made.point("nll-difference-by-state-size", "TOVA", 64);
  CHECK(point["y"] == 0.25);
  CHECK(point["low"] == 0.125);
  CHECK(point["high"] == 0.625);
  CHECK(made.point("nll-difference-by-state-size", "window", 64)["y"] == 0.5);
  CHECK(axis(made.chart("nll-difference-by-state-size"), "left")["title"] ==
        "nll (nats/token), difference to the full cache");
}

TEST_CASE("fewer than four samples have no band, and the chart says why") {
  MadeReport few = small();
  few.samples = 2;
  const Made made(few.make());
  for (const char* name : {"nll-by-state-size", "nll-difference-by-state-size"}) {
    CHECK_FALSE(made.point(name, "TOVA", 64).contains("low"));
    CHECK_THAT(made.chart(name).note, ContainsSubstring("fewer than 4 independent samples"));
  }
}

TEST_CASE("several seeds are their mean, from the least to the greatest") {
  MadeReport seeds = small();
  seeds.policies = {"tova"};
  seeds.sizes = {64};
  seeds.seeds = 3;
  json report = seeds.make();
  const double values[] = {3.0, 3.5, 4.75};
  for (size_t seed = 0; seed < 3; ++seed) {
    report["cells"][1 + seed]["metrics"]["nll"]["value"] = values[seed];
  }
  const Made made(std::move(report));
  const json point = made.point("nll-by-state-size", "TOVA", 64);
  CHECK(point["y"].get<double>() == approx(3.75));
  CHECK(point["low"] == 3.0);
  CHECK(point["high"] == 4.75);
  CHECK(point["seeds"] == 3);
}

TEST_CASE("every axis of every chart has a title, with the unit where there is one") {
  MadeReport all = small();
  all.layers = 2;
  const Made made(all.make());
  for (const Chart& chart : made.charts) {
    CAPTURE(chart.name);
    const json axes = chart.spec.contains("axes") && !chart.spec["axes"].empty()
                          ? chart.spec["axes"]
                          : chart.spec["marks"][0]["axes"];
    CHECK(axes.size() >= 2);
    for (const json& one : axes) {
      CHECK_FALSE(one.at("title").get<std::string>().empty());
    }
  }
  CHECK(axis(made.chart("nll-by-memory"), "bottom")["title"] == "state (MiB)");
  CHECK(axis(made.chart("nll-by-speed"), "bottom")["title"] == "speed (tokens/s)");
  CHECK(axis(made.chart("nll_by_place-state-64"), "left")["title"] == "nll_by_place (nats/token)");
}

TEST_CASE("above state sizes stands the compression ratio, the share that is removed") {
  const Made made(small().make());
  const json top = axis(made.chart("nll-by-state-size"), "top");
  CHECK(top["values"] == json{64.0, 128.0});
  // The made full cache has 1,024 rows: 64 of them are 6.25 %.
  CHECK(top["encode"]["labels"]["update"]["text"]["signal"] ==
        "format(1 - datum.value / 1024, '.3~p')");
}

TEST_CASE("sizes that double are equally far apart; one size has an axis, too") {
  const Made made(small().make());
  CHECK(scale(made.chart("nll-by-state-size"), "x")["type"] == "log");
  CHECK(scale(made.chart("nll-by-state-size"), "x")["base"] == 2);
  MadeReport one = small();
  one.sizes = {64};
  const json single = scale(Made(one.make()).chart("nll-by-state-size"), "x");
  CHECK(single["type"] == "linear");
  CHECK(single["domain"] == json{32.0, 96.0});
}

TEST_CASE("values over a factor of 20 are on a logarithmic axis") {
  json report = small().make();
  CHECK(scale(Made(report).chart("nll-by-state-size"), "y")["type"] == "linear");
  report["cells"][1]["metrics"]["nll"]["value"] = 2000.0;
  report["cells"][1]["metrics"]["nll"]["high"] = 2001.0;
  CHECK(scale(Made(report).chart("nll-by-state-size"), "y")["type"] == "log");
}

TEST_CASE("noisy speeds are not drawn, and the chart says why") {
  json report = small().make();
  report["cells"][2]["speed_noise"] = "8 cells ran at a time";
  const Made made(std::move(report));
  CHECK(made.chart("nll-by-speed").spec.is_null());
  CHECK_THAT(made.chart("nll-by-speed").note, ContainsSubstring("8 cells ran at a time"));
  CHECK_FALSE(made.chart("nll-by-memory").spec.is_null());
}

TEST_CASE("the front is the report's") {
  json report = small().make();
  report["groups"][0]["pareto"]["quality_memory"] = {report["cells"][3]["id"]};  // window 64
  const Made made(std::move(report));
  // 64 rows of 46,080 bytes are 2.8125 MiB.
  CHECK(made.point("nll-by-memory", "window", 2.8125)["front"] == "yes");
  CHECK(made.point("nll-by-memory", "TOVA", 2.8125)["front"] == "no");
}

TEST_CASE("a sweep without the full cache has charts of values only") {
  json report = small().make();
  report["groups"][0]["baseline"] = nullptr;
  report["groups"][0]["comparisons"] = json::array();
  report["cells"][0]["state"] = "missing";
  const Made made(std::move(report));
  CHECK(made.charts.front().name == "nll-by-state-size");
  CHECK(axis(made.chart("nll-by-state-size"), "top").is_null());
}

TEST_CASE("groups have charts of their own, named by what differs") {
  MadeReport grid = small();
  grid.lengths = {512, 1024};
  grid.depths = {0.5};
  const Made made(grid.make());
  CHECK(made.chart("nll-by-state-size-context_length-512").choices.at("group") ==
        "context_length=512");
  CHECK(made.chart("nll-by-state-size-context_length-1024").choices.at("group") ==
        "context_length=1024");
}

TEST_CASE("cells over lengths and depths make a map, all policies beside each other") {
  MadeReport grid = small();
  grid.sizes = {64};
  grid.lengths = {512, 1024};
  grid.depths = {0.0, 1.0};
  json report = grid.make();
  report["cells"][1]["metrics"]["nll"]["value"] = 7.25;  // tova, length 512, depth 0
  const Made made(std::move(report));
  const Chart& chart = made.chart("nll-by-length-and-depth-state-64");
  const json points = chart.spec["data"][0]["values"];
  CHECK(points.size() == 2 * 4);
  CHECK(std::find(points.begin(), points.end(),
                  json{{"label", "TOVA"}, {"x", 512.0}, {"y", 0.0}, {"v", 7.25}}) != points.end());
  CHECK(scale(chart, "value")["domain"][1] == 7.25);
}

TEST_CASE(
    "maps show all policies of a state size on one scale; a value that is not there is left out") {
  MadeReport mapped = small();
  mapped.sizes = {64};
  mapped.layers = 3;
  json report = mapped.make();
  report["cells"][1]["maps"]["kept"]["values"][2][1] = 0.625;  // tova at 64
  report["cells"][1]["maps"]["kept"]["values"][2][0] = nullptr;
  const Made made(std::move(report));
  const Chart& chart = made.chart("kept-state-64-map");
  const json points = chart.spec["data"][0]["values"];
  CHECK(points.size() == 3 * 3 * 8 - 1);
  CHECK(std::find(points.begin(), points.end(),
                  json{{"label", "TOVA"}, {"x", 128}, {"y", 2}, {"v", 0.625}}) != points.end());
  CHECK(scale(chart, "x")["domain"].size() == 8);
}

TEST_CASE("a large map is an image, and says where its values are") {
  MadeReport mapped = small();
  mapped.sizes = {64};
  json report = mapped.make();
  json ticks = json::array();
  for (int i = 0; i < 60; ++i) {
    ticks.push_back(i);
  }
  for (json& cell : report["cells"]) {
    cell["maps"] = {{"m",
                     {{"x", {{"name", "position"}, {"ticks", ticks}}},
                      {"y", {{"name", "step"}, {"ticks", ticks}}},
                      {"unit", "steps"},
                      {"values", std::vector(60, std::vector(60, 1.5))}}}};
  }
  const Made made(std::move(report));
  const Chart& chart = made.chart("m-state-64-map");
  const json points = chart.spec["data"][0]["values"];
  CHECK(points.size() == 3);
  CHECK(points[0]["image"].get<std::string>().starts_with("data:image/png;base64,iVBORw0KGgo"));
  CHECK_THAT(chart.note, ContainsSubstring("60 x 60 values"));
  CHECK(chart.spec["legends"][0]["title"] == "m (steps)");
}

TEST_CASE("a series by label is dots, the label with the highest mean on top") {
  MadeReport labelled = small();
  labelled.sizes = {64};
  labelled.layers = 1;
  const Made made(labelled.make());
  const Chart& chart = made.chart("lifetime-state-64");
  CHECK(chart.kind == "label");
  // digit 0, it's 200, other 100, and 10 more under window.
  CHECK(scale(chart, "places")["domain"] == json{"it's", "other", "digit"});
  const json points = chart.spec["data"][0]["values"];
  CHECK(std::any_of(points.begin(), points.end(), [](const json& point) {
    return point["label"] == "window" && point["place"] == "other" && point["y"] == 110.0 &&
           point["low"] == 102.0;
  }));
}

TEST_CASE("stretches of one width are on a linear axis, those that widen on a logarithmic one") {
  json report = small().make();
  CHECK(scale(Made(report).chart("nll_by_place-state-64"), "x")["type"] == "log");
  // 4 to 7: the middle of a stretch on a logarithmic axis is sqrt(28).
  const json point = Made(report).chart("nll_by_place-state-64").spec["data"][0]["values"][2];
  CHECK(point["x"].get<double>() == approx(5.291502622129181));
  for (json& cell : report["cells"]) {
    for (json& one : cell["series"]["nll_by_place"]) {
      one["end_place"] = one["first_place"].get<int>() + 100;
    }
  }
  CHECK(scale(Made(report).chart("nll_by_place-state-64"), "x")["type"] == "linear");
}

TEST_CASE("two metrics whose names differ in what a file name cannot hold have two files") {
  json report = small().make();
  report["metrics"] = {
      {{"name", "a/b"}, {"unit", ""}, {"higher_is_better", false}, {"headline", true}},
      {{"name", "a b"}, {"unit", ""}, {"higher_is_better", false}, {"headline", true}}};
  for (json& cell : report["cells"]) {
    if (!cell["metrics"].empty()) {
      cell["metrics"]["a/b"] = cell["metrics"]["nll"];
      cell["metrics"]["a b"] = cell["metrics"]["nll"];
    }
  }
  const Made made(std::move(report));
  std::set<std::string> names;
  for (const Chart& chart : made.charts) {
    CHECK(names.insert(chart.name).second);
    CHECK(chart.name.find('/') == std::string::npos);
  }
  CHECK(names.contains("a-b-by-state-size"));
  CHECK(names.contains("a-b-by-state-size-2"));
}

TEST_CASE("texts of results are data, titles and domains, and in no expression or field") {
  const std::string evil = "x'] || alert(1) || datum['\n$100% [a] \\ <script>";
  json report = small().make();
  for (json& cell : report["cells"]) {
    cell["label"] = cell["label"] == "tova" ? evil : cell["label"].get<std::string>();
    if (!cell["metrics"].empty()) {
      cell["metrics"][evil] = cell["metrics"]["nll"];
      cell["series"][evil] = cell["series"]["nll_by_place"];
    }
  }
  report["metrics"][0]["name"] = evil;
  report["series"][0]["name"] = evil;
  const Made made(std::move(report));
  for (const Chart& chart : made.charts) {
    CAPTURE(chart.name);
    const json flat = chart.spec.flatten();
    for (const auto& [place, value] : flat.items()) {
      const bool is_code = place.ends_with("/signal") || place.ends_with("/expr") ||
                           place.ends_with("/field") || place.ends_with("/groupby");
      if (is_code && value.is_string()) {
        CHECK(value.get<std::string>().find("alert") == std::string::npos);
      }
    }
  }
}

TEST_CASE("a figure names what was chosen and measured on, and its legend stands below it") {
  const Made made(small().make());
  const json spec = figure_spec(made.chart("nll-by-state-size"), "A model | text.txt");
  CHECK(spec["background"] == "white");
  CHECK(spec["title"]["subtitle"] == json{"metric nll | A model | text.txt"});
  CHECK(spec["legends"][0]["orient"] == "bottom");
  CHECK(scale(made.chart("nll-by-state-size"), "color")["domain"] ==
        json{"full cache", "TOVA", "window"});
}

}  // namespace multistate::test
