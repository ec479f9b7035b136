#include "aggregate/charts/charts.h"

#include <iterator>
#include <set>

#include <fmt/format.h>

namespace multistate::aggregate {

std::vector<Chart> make_charts(const ReportData& data) {
  std::vector<Chart> charts;
  for (auto more : {by_size(data), trade_offs(data), by_place(data), maps(data)}) {
    std::move(more.begin(), more.end(), std::back_inserter(charts));
  }
  // Names are cut and cleaned, so two charts may have the same.
  std::set<std::string> taken;
  for (Chart& chart : charts) {
    const std::string wanted = chart.name;
    for (int number = 2; !taken.insert(chart.name).second; ++number) {
      chart.name = fmt::format("{}-{}", wanted, number);
    }
  }
  return charts;
}

nlohmann::json to_json(const Chart& chart) {
  nlohmann::json columns = nlohmann::json::array();
  for (const ChartColumn& column : chart.columns) {
    columns.push_back({column.title, column.field});
  }
  return {{"kind", chart.kind}, {"name", chart.name},       {"title", chart.title},
          {"note", chart.note}, {"choices", chart.choices}, {"columns", std::move(columns)},
          {"spec", chart.spec}};
}

}  // namespace multistate::aggregate
