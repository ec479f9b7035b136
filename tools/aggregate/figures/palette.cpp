#include "aggregate/figures/palette.h"

#include <array>

namespace multistate::aggregate {
namespace {

constexpr std::array<const char*, 10> kColors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#AA4499", "#999933",
                                                 "#44AA99", "#CC6677"};
constexpr const char* kToplineColor = "#777777";
constexpr int kDashes = 5;

}  // namespace

Palette::Palette(const std::set<std::string>& labels, const std::set<std::string>& toplines) {
  int place = 0;
  for (const std::string& label : labels) {
    if (toplines.count(label) != 0) {
      looks_[label] = {kToplineColor, kMarkers - 1, 1};
      continue;
    }
    const int colors = static_cast<int>(kColors.size());
    const int color = place % colors;
    const int round = place / colors;
    // 10 colours with 5 dashes, then the same with another marker (7 has no factor in common with
    // the number of markers): 400 that differ.
    looks_[label] = {kColors.at(static_cast<size_t>(color)),
                     (color + round + 2 * (round / kDashes)) % kMarkers, round % kDashes};
    ++place;
  }
}

}  // namespace multistate::aggregate
