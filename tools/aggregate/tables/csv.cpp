#include <set>

#include <fmt/format.h>

#include "aggregate/tables/fields.h"
#include "aggregate/tables/formats.h"
#include "aggregate/tables/values.h"

namespace multistate::aggregate {
namespace {

using Fields = std::vector<std::string>;

std::string number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string truth(std::optional<bool> value) {
  return value ? (*value ? "true" : "false") : "";
}

void append(Fields& fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
}

class Writer {
 public:
  Writer(const Collection& collection, const TableRequest& request,
         const std::vector<size_t>& cells, const Fields& metrics)
      : collection_(collection), request_(request), cells_(cells), metrics_(metrics) {
    for (const std::string& metric : metrics) {
      directions_[metric] = higher_is_better(collection, metric);
    }
    std::set<std::string> keys;
    for (const size_t index : cells) {
      for (const auto& [key, value] : collection.cells[index].parameters) {
        keys.insert(key);
      }
    }
    parameters_.assign(keys.begin(), keys.end());
    if (!request.relative_to.empty()) {
      baselines_.emplace(collection, request.relative_to);
    }
  }

  std::string lines() const {
    Fields header = {"sweep", "cell", "state", "limited", "label"};
    append(header, parameters_);
    append(header, {"metric", "unit", "higher_is_better", "n", "value", "stderr"});
    append(header, baselines_ ? Fields{"reference", "relative"} : Fields{});
    header.emplace_back("error");
    std::string text = csv_line(header);
    for (const size_t index : cells_) {
      const Cell& cell = collection_.cells[index];
      const std::string of_metrics = metric_lines(index);
      Fields only = start_of(cell);
      only.resize(header.size() - 1);
      only.push_back(cell.error);
      text += of_metrics.empty() ? csv_line(only) : of_metrics;
    }
    return text;
  }

 private:
  Fields start_of(const Cell& cell) const {
    Fields fields = {collection_.sweeps.at(cell.sweep).name, cell.id, to_string(cell.state),
                     truth(cell.limited), cell.label};
    for (const std::string& key : parameters_) {
      fields.push_back(field_of(collection_, cell, key).value_or(""));
    }
    return fields;
  }

  std::string metric_lines(size_t index) const {
    const Cell& cell = collection_.cells[index];
    std::string text;
    for (const std::string& name : metrics_) {
      const auto metric = cell.is_done() ? metric_of(cell, name) : std::optional<Metric>();
      if (metric) {
        Fields line = start_of(cell);
        append(line, {name, metric->unit, truth(directions_.at(name)),
                      metric->n > 0 ? std::to_string(metric->n) : "", number(metric->value),
                      number(metric->standard_error)});
        append(line, relative(index, name, *metric));
        line.emplace_back();
        text += csv_line(line);
      }
    }
    return text;
  }

  /// What a cell is relative to, and its metric relative to that.
  Fields relative(size_t index, const std::string& name, const Metric& metric) const {
    if (!baselines_) {
      return {};
    }
    const auto baseline = baselines_->of(index);
    const auto other =
        baseline ? metric_of(collection_.cells[*baseline], name) : std::optional<Metric>();
    const bool ratio = request_.relation == Relation::kRatio;
    return {
        baseline ? collection_.cells[*baseline].id : "",
        !other ? "" : number(ratio ? metric.value / other->value : metric.value - other->value)};
  }

  const Collection& collection_;
  const TableRequest& request_;
  const std::vector<size_t>& cells_;
  const Fields& metrics_;
  std::map<std::string, std::optional<bool>> directions_;  ///< Whether more is better, by metric.
  Fields parameters_;
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

std::string csv_line(const Fields& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    line += (i == 0 ? "" : ",") + csv_field(fields[i]);
  }
  return line + "\r\n";
}

std::string csv_lines(const Collection& collection, const TableRequest& request) {
  const auto cells = select_cells(collection, request.filters);
  const Fields metrics = request.metrics.empty()
                             ? metric_names(collection, true)
                             : complete_request(collection, cells, request).metrics;
  return Writer(collection, request, cells, metrics).lines();
}

}  // namespace multistate::aggregate
