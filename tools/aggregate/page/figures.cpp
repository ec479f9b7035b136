#include "aggregate/page/figures.h"

#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/log.h"
#include "multistate/base/process.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"

#include "aggregate/page/assets.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// They take about 50 ms each.
constexpr size_t kMostFigures = 120;

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

/// What figures/draw.js prints.
Json draw(const fs::path& node, const fs::path& report) {
  const PageAssets assets = page_assets();
  const std::string script = std::string(assets.vega) + std::string(assets.drawer) +
                             fmt::format("\ndrawFigures(process.argv[2], {});\n", kMostFigures);
  const ProcessResult result = run_process(node, {"-", fs::absolute(report).string()}, script);
  Json drawn = Json::parse(result.output, nullptr, false);
  if (!result.failure.empty() || !drawn.is_object() || !drawn.contains("figures")) {
    throw std::runtime_error(fmt::format(
        "{} {}: {}", node.string(), result.failure.empty() ? "printed no figures" : result.failure,
        in_quotes(result.errors)));
  }
  return drawn;
}

/// Why a picture is none; empty for one that is whole.
std::string problem_with(const Json& figure) {
  if (figure.contains("error")) {
    return "Vega: " + in_quotes(figure["error"].get<std::string>());
  }
  const std::string svg = figure.value("svg", "");
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

void write(const Json& drawn, const fs::path& folder, Figures& figures) {
  if (const size_t count = drawn.at("count"); count > kMostFigures) {
    log_warning(fmt::format(
        "{} figures: the first {} are drawn into {}; the page has all, and --filter and --metric "
        "choose",
        count, kMostFigures, folder.string()));
  }
  const auto rsvg = find_program("rsvg-convert", "MULTISTATE_RSVG_CONVERT");
  for (const Json& figure : drawn.at("figures")) {
    const std::string name = figure.at("name");
    figures.files.push_back(folder / (name + ".vg.json"));
    write_atomically(figures.files.back(), figure.at("spec").dump(1) + "\n");
    const fs::path svg = folder / (name + ".svg");
    if (const std::string problem = problem_with(figure); !problem.empty()) {
      figures.problems.push_back(fmt::format("{}: {}", svg.string(), problem));
      continue;
    }
    write_atomically(svg, figure["svg"].get<std::string>() + "\n");
    figures.files.push_back(svg);
    if (rsvg) {
      write_pdf(*rsvg, svg, figures);
    }
  }
}

}  // namespace

Figures draw_figures(const fs::path& report, const fs::path& folder) {
  Figures figures;
  remove_old(folder);
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
    drawn = draw(*node, report);
  } catch (const std::runtime_error& error) {
    figures.problems.push_back(
        fmt::format("{}: no figure is drawn: {}", folder.string(), error.what()));
    return figures;
  }
  write(drawn, folder, figures);
  return figures;
}

}  // namespace multistate::aggregate
