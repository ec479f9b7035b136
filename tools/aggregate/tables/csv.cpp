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

/// The names of all parameters of the cells.
Fields parameters_of(const Collection& collection, const std::vector<size_t>& cells) {
  std::set<std::string> keys;
  for (const size_t index : cells) {
    for (const auto& [key, value] : collection.cells[index].parameters) {
      keys.insert(key);
    }
  }
  return {keys.begin(), keys.end()};
}

/// What a cell is relative to, and its metric relative to that.
Fields relative(const Collection& collection, const TableRequest& request,
                std::optional<size_t> baseline, const std::string& name, const Metric& metric) {
  const auto other =
      baseline ? metric_of(collection.cells[*baseline], name) : std::optional<Metric>();
  return {baseline ? collection.cells[*baseline].id : "",
          other ? number(related(request, metric.value, other->value)) : ""};
}

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
  const Fields parameters = parameters_of(collection, cells);
  const bool is_relative = !request.relative_to.empty();
  const Baselines baselines(collection, request.relative_to);
  Fields header = {"sweep", "cell", "state", "limited", "label"};
  append(header, parameters);
  append(header, {"metric", "unit", "higher_is_better", "n", "value", "stderr"});
  append(header, is_relative ? Fields{"reference", "relative"} : Fields{});
  header.emplace_back("error");
  std::string text = csv_line(header);
  std::map<std::string, std::string> directions;  // Whether more is better, by metric.
  for (const std::string& name : metrics) {
    directions[name] = truth(higher_is_better(collection, name));
  }
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    Fields start = {collection.sweeps.at(cell.sweep).name, cell.id, to_string(cell.state),
                    truth(cell.limited), cell.label};
    for (const std::string& key : parameters) {
      start.push_back(field_of(collection, cell, key).value_or(""));
    }
    const size_t before = text.size();
    for (const std::string& name : metrics) {
      if (const auto metric = cell.is_done() ? metric_of(cell, name) : std::nullopt) {
        Fields line = start;
        append(line, {name, metric->unit, directions[name],
                      metric->n > 0 ? std::to_string(metric->n) : "", number(metric->value),
                      number(metric->standard_error)});
        append(line, is_relative ? relative(collection, request, baselines.of(index), name, *metric)
                                 : Fields{});
        line.emplace_back();
        text += csv_line(line);
      }
    }
    if (text.size() == before) {
      start.resize(header.size() - 1);
      start.push_back(cell.error);
      text += csv_line(start);
    }
  }
  return text;
}

}  // namespace multistate::aggregate
