#include "aggregate/figures/figures.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "multistate/base/log.h"

#include "aggregate/figures/gnuplot.h"
#include "aggregate/support/made_report.h"
#include "aggregate/support/made_sweep.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/temporary_folder.h"

using multistate::aggregate::FigureFile;
using multistate::aggregate::write_figures;
using multistate::test::EnvironmentVariable;
using multistate::test::MadeReport;
using multistate::test::read_text;
using multistate::test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

// Takes what is logged while it lives.
class LogCatcher {
 public:
  LogCatcher()
      : before_(multistate::set_log_sink(
            [this](multistate::LogLevel, std::string_view message) { text += message; })) {}
  ~LogCatcher() { multistate::set_log_sink(before_); }
  LogCatcher(const LogCatcher&) = delete;
  LogCatcher& operator=(const LogCatcher&) = delete;

  std::string text;

 private:
  multistate::LogSink before_;
};

std::vector<std::string> names_of(const std::vector<FigureFile>& files) {
  std::vector<std::string> names;
  for (const FigureFile& file : files) {
    names.push_back(file.name);
  }
  return names;
}

std::vector<FigureFile> sources_of(const nlohmann::json& report, const fs::path& folder) {
  const EnvironmentVariable none("MULTISTATE_GNUPLOT", "/nowhere/gnuplot");
  const LogCatcher log;
  return write_figures(report, folder);
}

void require_gnuplot() {
  if (!multistate::aggregate::find_gnuplot()) {
    FAIL("gnuplot-nox is not installed (tools/packages.txt)");
  }
}

MadeReport small() {
  MadeReport made;
  made.policies = {"tova", "window"};
  made.sizes = {64, 128};
  return made;
}

}  // namespace

TEST_CASE("a sweep gives a figure a metric, a trade-off each, and one a series and state size") {
  const TemporaryFolder folder;
  const auto files = sources_of(small().make(), folder.path());
  CHECK(names_of(files) == std::vector<std::string>{
                               "nll-by-state-size", "perplexity-by-state-size", "nll-by-speed",
                               "nll-by-memory", "nll_by_place-state-64", "nll_by_place-state-128"});
  for (const FigureFile& file : files) {
    CAPTURE(file.name);
    CHECK(file.files.size() == 2);
    CHECK(fs::exists(folder / (file.name + ".csv")));
    CHECK(fs::exists(folder / (file.name + ".gp")));
  }
}

TEST_CASE("without gnuplot data and scripts are written, old pictures go, and it is said") {
  const TemporaryFolder folder;
  multistate::test::write_text(folder / "nll-by-state-size.svg", "of an earlier run");
  const EnvironmentVariable none("MULTISTATE_GNUPLOT", "/nowhere/gnuplot");
  const LogCatcher log;
  const auto files = write_figures(small().make(), folder.path());
  CHECK_FALSE(files.front().drawn);
  CHECK_FALSE(fs::exists(folder / "nll-by-state-size.svg"));
  CHECK_THAT(log.text, ContainsSubstring("gnuplot is not there"));
}

TEST_CASE("the data beside a figure are those of the report") {
  const TemporaryFolder folder;
  auto report = small().make();
  // full, tova 64, tova 128, window 64, window 128
  for (size_t i = 0; i < 5; ++i) {
    report["cells"][i]["metrics"]["nll"] = {{"value", 2.0 + static_cast<double>(i) / 4.0},
                                            {"stderr", 0.5},
                                            {"n", 3},
                                            {"low", 1.5},
                                            {"high", 4.25}};
  }
  sources_of(report, folder.path());
  CHECK(read_text(folder / "nll-by-state-size.csv") ==
        "state_size,nll,low,high,seeds,policy\r\n"
        ",2,1.5,4.25,1,full\r\n"
        "64,2.25,1.5,4.25,1,tova\r\n"
        "128,2.5,1.5,4.25,1,tova\r\n"
        "64,2.75,1.5,4.25,1,window\r\n"
        "128,3,1.5,4.25,1,window\r\n");
}

TEST_CASE("several seeds are their mean, from the least to the greatest") {
  const TemporaryFolder folder;
  MadeReport made = small();
  made.policies = {"tova"};
  made.sizes = {64};
  made.seeds = 3;
  auto report = made.make();
  const double values[] = {3.0, 3.5, 4.75};
  for (size_t seed = 0; seed < 3; ++seed) {
    report["cells"][1 + seed]["metrics"]["nll"]["value"] = values[seed];
  }
  sources_of(report, folder.path());
  CHECK_THAT(read_text(folder / "nll-by-state-size.csv"),
             ContainsSubstring("\r\n64,3.75,3,4.75,3,tova\r\n"));
}

TEST_CASE("the full model is dashed across and the plainest policy is called the baseline") {
  const TemporaryFolder folder;
  sources_of(small().make(), folder.path());
  const std::string script = read_text(folder / "nll-by-state-size.gp");
  CHECK_THAT(script, ContainsSubstring("set logscale x 2"));
  CHECK_THAT(script, ContainsSubstring("dt 2 title 'full'"));
  CHECK_THAT(script, ContainsSubstring("title 'window (baseline)'"));
}

TEST_CASE("a sweep without the full model has figures, too") {
  const TemporaryFolder folder;
  auto report = small().make();
  report["groups"][0]["topline"] = nullptr;
  report["cells"][0]["state"] = "missing";
  CHECK(sources_of(report, folder.path()).size() == 6);
  CHECK_THAT(read_text(folder / "nll-by-state-size.gp"), !ContainsSubstring("title 'full'"));
}

TEST_CASE("groups have figures of their own, named by what differs") {
  const TemporaryFolder folder;
  MadeReport made = small();
  made.lengths = {512, 1024};
  made.depths = {0.5};
  const auto names = names_of(sources_of(made.make(), folder.path()));
  for (const std::string name :
       {"nll-by-state-size-context_length-512", "nll-by-state-size-context_length-1024"}) {
    CAPTURE(name);
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
}

TEST_CASE("cells over lengths and depths give maps, a panel a policy") {
  const TemporaryFolder folder;
  MadeReport made = small();
  made.sizes = {64};
  made.lengths = {512, 1024};
  made.depths = {0.0, 1.0};
  auto report = made.make();
  report["cells"][1]["metrics"]["nll"]["value"] = 7.25;  // tova, length 512, depth 0
  const auto names = names_of(sources_of(report, folder.path()));
  CHECK(std::find(names.begin(), names.end(), "nll-by-length-and-depth-state-64") != names.end());
  const std::string csv = read_text(folder / "nll-by-length-and-depth-state-64.csv");
  CHECK_THAT(csv, ContainsSubstring("\r\n0,0,7.25,512,0,tova\r\n"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + 3 * 4);
}

TEST_CASE("maps give a figure a state size, a panel a policy, with the ticks in the data") {
  const TemporaryFolder folder;
  MadeReport made = small();
  made.sizes = {64};
  made.layers = 3;
  auto report = made.make();
  // tova at 64
  report["cells"][1]["maps"]["kept"]["values"][2][1] = 0.625;
  report["cells"][1]["maps"]["kept"]["values"][2][0] = nullptr;
  const auto names = names_of(sources_of(report, folder.path()));
  CHECK(std::find(names.begin(), names.end(), "kept-state-64-map") != names.end());
  const std::string csv = read_text(folder / "kept-state-64-map.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + 2 * 3 * 8);
  CHECK_THAT(csv, ContainsSubstring("\r\n1,2,0.625,128,2,tova\r\n"));
  CHECK_THAT(csv, ContainsSubstring("\r\n0,2,NaN,0,2,tova\r\n"));
  CHECK_THAT(read_text(folder / "kept-state-64-map.gp"), ContainsSubstring("boxxyerror"));
}

TEST_CASE("ticks of a map that are texts keep their order; a large map is an image") {
  const TemporaryFolder folder;
  MadeReport made = small();
  made.sizes = {64};
  auto report = made.make();
  nlohmann::json ticks = nlohmann::json::array();
  for (int i = 0; i < 60; ++i) {
    ticks.push_back(i == 0 ? "zebra" : "tick " + std::to_string(i));
  }
  for (auto& cell : report["cells"]) {
    cell["maps"] = {{"m",
                     {{"x", {{"name", "word"}, {"ticks", ticks}}},
                      {"y", {{"name", "word"}, {"ticks", ticks}}},
                      {"unit", "steps"},
                      {"values", std::vector(60, std::vector(60, 1.5))}}}};
  }
  sources_of(report, folder.path());
  CHECK_THAT(read_text(folder / "m-state-64-map.csv"),
             ContainsSubstring("\r\n0,1,1.5,zebra,tick 1,"));
  CHECK_THAT(read_text(folder / "m-state-64-map.gp"), ContainsSubstring("with image"));
  // Every row has its name, columns as many as have room.
  CHECK_THAT(read_text(folder / "m-state-64-map.gp"),
             ContainsSubstring("'tick 58' 58, 'tick 59' 59"));
  CHECK_THAT(read_text(folder / "m-state-64-map.gp"), ContainsSubstring("set cblabel 'm (steps)'"));
}

TEST_CASE("a series by label gives dots, the label with the highest mean on top, and no lines") {
  const TemporaryFolder folder;
  MadeReport made = small();
  made.sizes = {64};
  made.layers = 1;
  sources_of(made.make(), folder.path());
  // digit 0, it's 200, other 100, and 10 more under window.
  const std::string script = read_text(folder / "lifetime-state-64.gp");
  CHECK_THAT(script, ContainsSubstring(R"(set ytics ('digit' 0, 'other' 1, 'it'."'".'s' 2))"));
  CHECK_THAT(script, ContainsSubstring("set xlabel 'lifetime (steps)'"));
  CHECK_THAT(script, !ContainsSubstring("linespoints"));
  const std::string csv = read_text(folder / "lifetime-state-64.csv");
  CHECK(csv.starts_with("label,row,value,low,high,policy\r\n"));
  // 3 policies share the line of a label: window is the third and a fifth of a line lower.
  CHECK_THAT(csv, ContainsSubstring("\r\nother,0.8,110,102.160144,117.839856,window\r\n"));
}

TEST_CASE("a series goes along the axis it names: stretches of one width on a linear one") {
  const TemporaryFolder folder;
  auto report = small().make();
  report["series"] = {
      {{"name", "nll_by_place"}, {"axis", "step (tokens)"}, {"unit", "nats"}, {"labelled", false}}};
  sources_of(report, folder.path());
  std::string script = read_text(folder / "nll_by_place-state-64.gp");
  CHECK_THAT(script, ContainsSubstring("set xlabel 'step (tokens)'"));
  CHECK_THAT(script, ContainsSubstring("set ylabel 'nll_by_place (nats)'"));
  CHECK_THAT(script, ContainsSubstring("set logscale x 2"));

  for (auto& cell : report["cells"]) {
    auto points = nlohmann::json::array();
    for (int first = 1; first < 1000; first += 100) {
      points.push_back({{"first_place", first},
                        {"end_place", first + 100},
                        {"value", 1.0},
                        {"stderr", nullptr},
                        {"n", 1}});
    }
    cell["series"] = {{"nll_by_place", points}};
  }
  sources_of(report, folder.path());
  script = read_text(folder / "nll_by_place-state-64.gp");
  CHECK_THAT(script, !ContainsSubstring("set logscale x"));
}

TEST_CASE("nothing that is done gives no figure") {
  const TemporaryFolder folder;
  auto report = small().make();
  for (auto& cell : report["cells"]) {
    cell["state"] = "missing";
  }
  CHECK(sources_of(report, folder.path()).empty());
}

TEST_CASE("values that are no numbers do not stop a figure") {
  require_gnuplot();
  const TemporaryFolder folder;
  auto report = small().make();
  report["cells"][0]["metrics"]["nll"]["value"] = "nan";
  report["cells"][1]["metrics"]["nll"] = {
      {"value", "inf"}, {"stderr", nullptr}, {"n", 1}, {"low", nullptr}, {"high", nullptr}};
  const auto files = write_figures(report, folder.path());
  for (const FigureFile& file : files) {
    CAPTURE(file.name);
    CHECK(file.drawn);
  }
  CHECK_THAT(read_text(folder / "nll-by-state-size.csv"), ContainsSubstring("\r\n64,inf,NaN,NaN,"));
}

TEST_CASE("numbers at a front are below it, and only where they can be read") {
  const TemporaryFolder folder;
  MadeReport made = small();
  made.policies = {"tova"};
  made.sizes = {100, 101, 400};
  auto report = made.make();
  // full, then tova at 100, 101 and 400: the first two are as good as in the same place.
  const std::vector<double> losses = {2.0, 4.0, 3.99, 3.0};
  for (size_t i = 0; i < losses.size(); ++i) {
    report["cells"][i]["metrics"]["nll"]["value"] = losses[i];
  }
  report["groups"][0]["pareto"]["quality_memory"] = report["groups"][0]["cells"];
  sources_of(report, folder.path());
  const std::string data = read_text(folder / "nll-by-memory.csv");
  CHECK_THAT(data, ContainsSubstring(",100,1,tova,100\r\n"));
  CHECK_THAT(data, ContainsSubstring(",101,1,tova,\r\n"));
  CHECK_THAT(data, ContainsSubstring(",400,1,tova,400\r\n"));
  CHECK_THAT(data, ContainsSubstring(",all,1,full,all\r\n"));
  CHECK_THAT(read_text(folder / "nll-by-memory.gp"),
             ContainsSubstring("using 1:2:6 with labels offset 0,-1"));
  report["metrics"][0]["higher_is_better"] = true;
  sources_of(report, folder.path());
  CHECK_THAT(read_text(folder / "nll-by-memory.gp"), ContainsSubstring("with labels offset 0,1 "));
}

TEST_CASE("speeds that are no measurement have no front, and their axis says so") {
  const TemporaryFolder folder;
  auto report = small().make();
  sources_of(report, folder.path());
  const std::string quiet = read_text(folder / "nll-by-speed.gp");
  CHECK_THAT(quiet, ContainsSubstring("none is better in both"));
  CHECK_THAT(quiet, ContainsSubstring("set xlabel 'tokens per second'"));
  report["cells"][0]["speed_noise"] = "another sample ran beside it";
  sources_of(report, folder.path());
  const std::string noisy = read_text(folder / "nll-by-speed.gp");
  CHECK_THAT(noisy, !ContainsSubstring("none is better in both"));
  CHECK_THAT(noisy, ContainsSubstring("set xlabel 'tokens per second (not a measurement: another "
                                      "sample ran beside it)'"));
  CHECK_THAT(read_text(folder / "nll-by-memory.gp"), ContainsSubstring("none is better in both"));
}

TEST_CASE("every figure says what it was measured on") {
  const TemporaryFolder folder;
  auto report = small().make();
  report["setup"] = "a model (Q4_1) | novel.txt | 2 samples";
  for (const FigureFile& file : sources_of(report, folder.path())) {
    CAPTURE(file.name);
    const std::string script = read_text(folder / (file.name + ".gp"));
    CHECK_THAT(script, ContainsSubstring("set label 998 'a model (Q4_1)'"));
    CHECK_THAT(script, ContainsSubstring("set label 999 'novel.txt | 2 samples'"));
  }
}

TEST_CASE("pictures, data and scripts are the same from run to run") {
  require_gnuplot();
  const TemporaryFolder folder;
  const auto report = small().make();
  const auto first = write_figures(report, folder / "a");
  write_figures(report, folder / "b");
  REQUIRE_FALSE(first.empty());
  for (const FigureFile& file : first) {
    REQUIRE(file.drawn);
    REQUIRE(file.files.size() == 5);
    for (const fs::path& path : file.files) {
      CAPTURE(path.string());
      // Cairo puts the time into a PDF.
      if (path.extension() == ".pdf") {
        continue;
      }
      CHECK(read_text(path) == read_text(folder / "b" / path.filename().string()));
    }
  }
}

TEST_CASE("a label with quotes, markup and commas is shown, and is one field of the data") {
  require_gnuplot();
  const TemporaryFolder folder;
  auto report = small().make();
  const std::string label = "it''s <script>\"a\", `date` & $x\n_{y}";
  report["cells"][1]["label"] = label;
  report["cells"][2]["label"] = label;
  const LogCatcher log;
  const auto files = write_figures(report, folder.path());
  CHECK(log.text.empty());
  CHECK(files.front().drawn);
  CHECK_THAT(read_text(folder / "nll-by-state-size.svg"),
             ContainsSubstring("it''s &lt;script>\"a\", `date` &amp; $x _{y}"));
  CHECK_THAT(read_text(folder / "nll-by-state-size.csv"),
             ContainsSubstring("\"it''s <script>\"\"a\"\", `date` & $x _{y}\"\r\n"));
}

TEST_CASE("what gnuplot complains of is said, with the script's name") {
  const TemporaryFolder folder;
  multistate::test::write_text(folder / "gnuplot",
                               "#!/bin/sh\necho no such terminal >&2\nexit 3\n");
  fs::permissions(folder / "gnuplot", fs::perms::owner_all);
  const EnvironmentVariable broken("MULTISTATE_GNUPLOT", (folder / "gnuplot").string());
  const LogCatcher log;
  const auto files = write_figures(small().make(), folder / "figures");
  CHECK_FALSE(files.front().drawn);
  CHECK_THAT(log.text, ContainsSubstring("nll-by-state-size.gp: gnuplot ended with code 3: no such "
                                         "terminal"));
}
