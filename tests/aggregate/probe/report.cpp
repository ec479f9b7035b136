// For looking at figures and at the page.
//
//   report_probe make <cells> <report.json>       a made report: 0 small, 1 a grid, else many cells
//   report_probe figures <report.json> <folder>
//   report_probe page <report.json> <page.html>
#include <fstream>
#include <iostream>
#include <string>

#include "aggregate/page/page.h"
#include "aggregate/support/made_report.h"

namespace {

using multistate::test::MadeReport;

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
  return multistate::test::many_cells(cells);
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
    const auto figures = multistate::aggregate::draw_report(read(first), second);
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
  if (argc != 4) {
    std::cerr << "usage: report_probe make|figures|page <from> <to>\n";
    return 2;
  }
  return run(argv[1], argv[2], argv[3]);
}
