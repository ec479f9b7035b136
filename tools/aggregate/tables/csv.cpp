#include <map>
#include <set>

#include <fmt/format.h>

#include "aggregate/reading/labels.h"
#include "aggregate/tables/baseline.h"
#include "aggregate/tables/fields.h"
#include "aggregate/tables/formats.h"
#include "aggregate/tables/select.h"

namespace multistate::aggregate {
namespace {

using Fields = std::vector<std::string>;

std::string number(double value) {
  return fmt::format("{}", value);
}

class Writer {
 public:
  Writer(const Collection& collection, const TableRequest& request,
         const std::vector<size_t>& cells, const Fields& metrics)
      : collection_(collection), request_(request) {
    for (const std::string& metric : metrics) {
      directions_[metric] = higher_is_better(collection, metric);
    }
    for (const size_t index : cells) {
      for (const auto& [key, value] : collection.cells[index].parameters) {
        parameters_.insert(key);
      }
    }
    if (!request.relative_to.empty()) {
      baselines_.emplace(collection, request.relative_to);
    }
  }

  void header(std::string& text) const {
    Fields fields = {"sweep", "cell", "state", "limited", "label"};
    fields.insert(fields.end(), parameters_.begin(), parameters_.end());
    fields.insert(fields.end(), {"metric", "unit", "higher_is_better", "n", "value", "stderr"});
    if (baselines_) {
      fields.insert(fields.end(), {"reference", "relative"});
    }
    fields.emplace_back("error");
    text += csv_line(fields);
  }

  void cell(size_t index, const Fields& metrics, std::string& text) const {
    const Cell& cell = collection_.cells[index];
    const Fields start = start_of(cell);
    bool any = false;
    for (const std::string& name : metrics) {
      const auto metric =
          cell.state == CellState::kDone ? metric_of(cell, name) : std::optional<Metric>();
      if (metric) {
        any = true;
        text += csv_line(line_of(index, start, name, *metric));
      }
    }
    if (!any) {
      Fields fields = start;
      fields.resize(fields.size() + (baselines_ ? 8 : 6));
      fields.push_back(cell.error);
      text += csv_line(fields);
    }
  }

 private:
  Fields start_of(const Cell& cell) const {
    Fields fields = {collection_.sweeps.at(cell.sweep).name, cell.id, to_string(cell.state),
                     cell.limited ? "true" : "false", cell.label};
    for (const std::string& key : parameters_) {
      const auto found = cell.parameters.find(key);
      fields.push_back(found == cell.parameters.end() ? "" : parameter_text(found->second));
    }
    return fields;
  }

  Fields line_of(size_t index, const Fields& start, const std::string& name,
                 const Metric& metric) const {
    Fields fields = start;
    const auto larger = directions_.at(name);
    fields.insert(fields.end(), {name, metric.unit, larger ? (*larger ? "true" : "false") : "",
                                 metric.n > 0 ? std::to_string(metric.n) : "", number(metric.value),
                                 metric.standard_error ? number(*metric.standard_error) : ""});
    if (baselines_) {
      const auto baseline = baselines_->of(index);
      const auto other =
          baseline ? metric_of(collection_.cells[*baseline], name) : std::optional<Metric>();
      const bool ratio = request_.relation == Relation::kRatio;
      fields.push_back(baseline ? collection_.cells[*baseline].id : "");
      fields.push_back(
          !other ? "" : number(ratio ? metric.value / other->value : metric.value - other->value));
    }
    fields.emplace_back();
    return fields;
  }

  const Collection& collection_;
  const TableRequest& request_;
  std::set<std::string> parameters_;
  std::map<std::string, std::optional<bool>> directions_;  ///< Whether more is better, by metric.
  std::optional<Baselines> baselines_;
};

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    line += (i == 0 ? "" : ",") + csv_field(fields[i]);
  }
  return line + "\r\n";
}

std::string csv_lines(const Collection& collection, const TableRequest& request) {
  const auto cells = select_cells(collection, request.filters);
  const Fields metrics = request.metrics.empty()
                             ? metric_names(collection)
                             : complete_request(collection, cells, request).metrics;
  const Writer writer(collection, request, cells, metrics);
  std::string text;
  writer.header(text);
  for (const size_t index : cells) {
    writer.cell(index, metrics, text);
  }
  return text;
}

}  // namespace multistate::aggregate
