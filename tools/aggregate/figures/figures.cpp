#include "aggregate/figures/figures.h"

#include <array>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "multistate/base/log.h"
#include "multistate/results/atomic_file.h"

#include "aggregate/figures/gnuplot.h"
#include "aggregate/figures/kinds.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> kFormats = {".svg", ".pdf", ".png"};

/// Names are cut and cleaned, so two figures may have the same.
void tell_apart(std::vector<Figure>& figures) {
  std::set<std::string> taken;
  for (Figure& figure : figures) {
    const std::string wanted = figure.name;
    for (int number = 2; !taken.insert(figure.name).second; ++number) {
      figure.name = fmt::format("{}-{}", wanted, number);
    }
  }
}

std::vector<Figure> make_figures(const nlohmann::json& report) {
  const PlotData data(report);
  std::vector<Figure> figures;
  for (auto more : {by_state_size(data), length_depth_maps(data), trade_offs(data), by_place(data),
                    by_label(data), value_maps(data)}) {
    std::move(more.begin(), more.end(), std::back_inserter(figures));
  }
  for (Figure& figure : figures) {
    figure.setup = plain_text(report.at("setup"));
  }
  tell_apart(figures);
  return figures;
}

FigureFile write_sources(const Figure& figure, const fs::path& folder) {
  FigureFile file;
  file.name = figure.name;
  file.title = figure.title;
  file.files = {folder / (figure.name + ".csv"), folder / (figure.name + ".gp")};
  write_atomically(file.files[0], figure.csv());
  write_atomically(file.files[1], figure.script());
  for (const char* format : kFormats) {
    fs::remove(folder / (figure.name + format));
  }
  return file;
}

void draw(const fs::path& gnuplot, const fs::path& folder, FigureFile& file) {
  const std::string complaint = run_gnuplot(gnuplot, folder, file.name + ".gp");
  if (!complaint.empty()) {
    log_warning(fmt::format("{}: {}", file.files[1].string(), complaint));
  }
  std::vector<fs::path> pictures;
  for (const char* format : kFormats) {
    const fs::path picture = folder / (file.name + format);
    if (fs::exists(picture) && fs::file_size(picture) > 0) {
      pictures.push_back(picture);
    }
  }
  file.drawn = pictures.size() == kFormats.size();
  file.files.insert(file.files.end(), pictures.begin(), pictures.end());
}

}  // namespace

std::vector<FigureFile> write_figures(const nlohmann::json& report, const fs::path& folder) {
  std::vector<FigureFile> files;
  for (const Figure& figure : make_figures(report)) {
    files.push_back(write_sources(figure, folder));
  }
  const auto gnuplot = find_gnuplot();
  if (!gnuplot && !files.empty()) {
    log_warning(fmt::format(
        "gnuplot is not there: {} has data (.csv) and scripts (.gp), but no pictures; install "
        "gnuplot-nox and run it on them",
        folder.string()));
    return files;
  }
  for (size_t i = 0; i < files.size() && i < kMaxDrawn; ++i) {
    draw(*gnuplot, folder, files[i]);
  }
  if (files.size() > kMaxDrawn) {
    log_warning(
        fmt::format("{} figures: the first {} are drawn; run gnuplot on the scripts of the "
                    "others in {}",
                    files.size(), kMaxDrawn, folder.string()));
  }
  return files;
}

}  // namespace multistate::aggregate
