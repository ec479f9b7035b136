// For looking at figures and at the page.
//
//   report_probe make <cells> <report.json>       a made report: 0 small, 1 a grid, else many cells
//   report_probe make <members>                   prints one; members of MadeReport as a JSON
//   object report_probe scripts                          prints what draws figures report_probe
//   figures <report.json> <folder> report_probe page <report.json> <page.html>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "aggregate/page/assets.h"
#include "aggregate/page/figures.h"
#include "aggregate/page/page.h"
#include "aggregate/support/made_report.h"

namespace {

using multistate::test::MadeReport;

// About `count` cells: policies with options, sizes and seeds.
nlohmann::json many_cells(size_t count) {
  MadeReport made;
  made.policies.clear();
  for (const char* policy : {"h2o", "random", "streaming", "tova", "window"}) {
    for (int sinks = 0; sinks < 4; ++sinks) {
      made.policies.push_back(fmt::format("{} sinks={}", policy, sinks));
    }
  }
  made.sizes = {16, 32, 48, 64, 96, 128, 192, 256, 384, 512};
  made.seeds =
      static_cast<int>(std::max<size_t>(1, count / (made.policies.size() * made.sizes.size())));
  return made.make();
}

nlohmann::json make(size_t cells) {
  if (cells == 0) {
    MadeReport made;
    made.layers = 12;
    return made.make();
  }
  if (cells == 1) {
    MadeReport made;
    made.lengths = {512, 1024, 2048, 4096};
    made.depths = {0.0, 0.25, 0.5, 0.75, 1.0};
    made.sizes = {64, 256};
    return made.make();
  }
  return many_cells(cells);
}

nlohmann::json make_of(const nlohmann::json& members) {
  MadeReport made;
  made.policies = members.at("policies").get<std::vector<std::string>>();
  made.sizes = members.at("sizes").get<std::vector<int>>();
  made.lengths = members.value("lengths", made.lengths);
  made.depths = members.value("depths", made.depths);
  made.seeds = members.value("seeds", made.seeds);
  made.samples = members.value("samples", made.samples);
  made.layers = members.value("layers", made.layers);
  return made.make();
}

nlohmann::json read(const std::string& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

int run(const std::string& what, const std::string& first, const std::string& second) {
  if (what == "make") {
    std::ofstream(second) << make(std::stoul(first));
    return 0;
  }
  if (what == "figures") {
    const auto figures = multistate::aggregate::draw_figures(first, second);
    for (const std::string& problem : figures.problems) {
      std::cout << problem << '\n';
    }
    return figures.problems.empty() ? 0 : 1;
  }
  if (what == "page") {
    std::ofstream(second) << multistate::aggregate::make_page(read(first));
    return 0;
  }
  std::cerr << "unknown: " << what << '\n';
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == std::string("scripts")) {
    std::cout << multistate::aggregate::page_assets().drawer;
    return 0;
  }
  if (argc == 3 && argv[1] == std::string("make")) {
    std::cout << make_of(nlohmann::json::parse(argv[2]));
    return 0;
  }
  if (argc != 4) {
    std::cerr << "usage: report_probe make|figures|page <from> <to>, or scripts\n";
    return 2;
  }
  return run(argv[1], argv[2], argv[3]);
}
