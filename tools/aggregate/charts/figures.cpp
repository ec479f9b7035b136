#include "aggregate/charts/figures.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/base/log.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"

#include "aggregate/charts/process.h"
#include "aggregate/reading/plain_text.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The colours that the page's style sheet gives, and a ground.
const char* const kTheme = R"json({
  "axis": {"gridColor": "#d6d9dd", "tickColor": "#5a6068", "labelColor": "#1b1d20",
           "titleColor": "#1b1d20"},
  "legend": {"labelColor": "#1b1d20", "titleColor": "#1b1d20"},
  "title": {"color": "#1b1d20", "subtitleColor": "#5a6068"}
})json";

const char* const kLegend = R"json({
  "stroke": "color", "fill": "fill", "shape": "shape", "strokeDash": "dash", "orient": "bottom",
  "symbolStrokeWidth": 1.5, "symbolSize": 70, "rowPadding": 3, "labelLimit": 0, "columnPadding": 14, "offset": 12,
  "encode": {"symbols": {"update": {"strokeDash": {"value": []}}}}
})json";

/// "setup" in lines of a figure's width: it is made of parts with bars between them.
Json lines_of(const std::string& text) {
  constexpr size_t kWidth = 118;
  Json lines = Json::array();
  std::string line;
  for (size_t at = 0; at < text.size();) {
    const size_t bar = std::min(text.find(" | ", at), text.size());
    const std::string part = text.substr(at, bar - at);
    if (!line.empty() && line.size() + part.size() > kWidth) {
      lines.push_back(line);
      line.clear();
    }
    line += (line.empty() ? "" : " | ") + part;
    at = bar + 3;
  }
  lines.push_back(line);
  return lines;
}

/// Removes what an earlier run has drawn: what lies beside a specification, or beside a script of
/// gnuplot, which earlier versions wrote.
void remove_old(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    return;
  }
  std::vector<std::string> stems;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    for (const std::string_view ending : {".vg.json", ".gp"}) {
      if (entry.is_regular_file() && name.ends_with(ending)) {
        stems.push_back(name.substr(0, name.size() - ending.size()));
      }
    }
  }
  for (const std::string& stem : stems) {
    for (const char* ending : {".svg", ".pdf", ".png", ".csv", ".gp", ".vg.json"}) {
      fs::remove(folder / (stem + ending));
    }
  }
}

/// Draws all of them: {"svg"} or {"error"} by chart.
Json draw(const fs::path& node, std::string_view vega, const Json& specs) {
  const std::string script = std::string(vega) + "\nconst specs = " +
                             specs.dump(-1, ' ', true, Json::error_handler_t::replace) +
                             ";\ndrawAll(specs);\n";
  const ProcessResult result = run_process(node, {"-"}, script);
  Json drawn = Json::parse(result.output, nullptr, false);
  if (!result.failure.empty() || !drawn.is_array() || drawn.size() != specs.size()) {
    throw std::runtime_error(fmt::format(
        "{} {}: {}", node.string(), result.failure.empty() ? "printed no figures" : result.failure,
        in_quotes(result.errors)));
  }
  return drawn;
}

/// Why a picture is none; empty for one that is whole.
std::string problem_with(const Json& drawn) {
  if (drawn.contains("error")) {
    return "Vega: " + in_quotes(drawn["error"].get<std::string>());
  }
  const std::string svg = drawn.value("svg", "");
  return svg.starts_with("<svg") && svg.ends_with("</svg>") ? "" : "the SVG is not whole";
}

void write_pdf(const fs::path& program, const fs::path& svg, Figures& figures) {
  fs::path pdf = svg;
  pdf.replace_extension(".pdf");
  const ProcessResult result = run_process(
      program, {"--format=pdf", "--output=" + pdf.string(), fs::absolute(svg).string()}, "");
  if (!result.failure.empty() || !fs::exists(pdf) || fs::file_size(pdf) == 0) {
    fs::remove(pdf);
    figures.problems.push_back(fmt::format("{}: {} {}: {}", pdf.string(), program.string(),
                                           result.failure, in_quotes(result.errors)));
    return;
  }
  figures.files.push_back(pdf);
}

std::vector<const Chart*> drawable(const std::vector<Chart>& charts, const fs::path& folder) {
  std::vector<const Chart*> chosen;
  for (const Chart& chart : charts) {
    if (!chart.spec.is_null()) {
      chosen.push_back(&chart);
    }
  }
  if (chosen.size() > kMostFigures) {
    log_warning(fmt::format(
        "{} figures: the first {} are drawn into {}; the page has all, and --filter and --metric "
        "choose",
        chosen.size(), kMostFigures, folder.string()));
    chosen.resize(kMostFigures);
  }
  return chosen;
}

}  // namespace

Json figure_spec(const Chart& chart, const std::string& setup) {
  Json spec = chart.spec;
  spec["background"] = "white";
  spec["padding"] = 12;
  // Title and legend stand around the plot and take nothing of its size.
  spec["autosize"] = "pad";
  spec["width"] = 640;
  spec["config"].merge_patch(Json::parse(kTheme));
  std::string choices;
  for (const auto& [name, value] : chart.choices) {
    if (name == "view") {
      continue;  // The title says it.
    }
    choices += (choices.empty() ? "" : ", ") + (name == "group" ? value : name + " " + value);
  }
  spec["title"] = {
      {"text", chart.title}, {"subtitle", lines_of(plain_text(choices + " | " + setup))},
      {"anchor", "start"},   {"frame", "group"},
      {"fontSize", 14},      {"subtitleFontSize", 11},
      {"offset", 14},        {"subtitlePadding", 4}};
  if (!chart.names.empty()) {
    Json legend = Json::parse(kLegend);
    const size_t longest =
        std::max_element(chart.names.begin(), chart.names.end(), [](const auto& a, const auto& b) {
          return a.size() < b.size();
        })->size();
    legend["columns"] = std::clamp<size_t>(700 / (40 + 7 * longest), 1, chart.names.size());
    spec["legends"].push_back(std::move(legend));
  }
  return spec;
}

Figures write_figures(const std::vector<Chart>& charts, const std::string& setup,
                      std::string_view vega, const fs::path& folder) {
  Figures figures;
  remove_old(folder);
  const auto chosen = drawable(charts, folder);
  if (chosen.empty()) {
    return figures;
  }
  Json specs = Json::array();
  for (const Chart* chart : chosen) {
    specs.push_back(figure_spec(*chart, setup));
    figures.files.push_back(folder / (chart->name + ".vg.json"));
    write_atomically(figures.files.back(), specs.back().dump(1) + "\n");
  }
  const auto node = find_program("node", "MULTISTATE_NODE");
  if (!node) {
    figures.problems.push_back(fmt::format(
        "{}: no figure is drawn, for node is not there: install Debian's nodejs, or name it in "
        "MULTISTATE_NODE, or leave figures out (--no-figures)",
        folder.string()));
    return figures;
  }
  Json drawn;
  try {
    drawn = draw(*node, vega, specs);
  } catch (const std::runtime_error& error) {
    figures.problems.push_back(
        fmt::format("{}: no figure is drawn: {}", folder.string(), error.what()));
    return figures;
  }
  const auto rsvg = find_program("rsvg-convert", "MULTISTATE_RSVG_CONVERT");
  for (size_t i = 0; i < chosen.size(); ++i) {
    const fs::path svg = folder / (chosen[i]->name + ".svg");
    if (const std::string problem = problem_with(drawn[i]); !problem.empty()) {
      figures.problems.push_back(fmt::format("{}: {}", svg.string(), problem));
      continue;
    }
    write_atomically(svg, drawn[i]["svg"].get<std::string>() + "\n");
    figures.files.push_back(svg);
    if (rsvg) {
      write_pdf(*rsvg, svg, figures);
    }
  }
  return figures;
}

}  // namespace multistate::aggregate
