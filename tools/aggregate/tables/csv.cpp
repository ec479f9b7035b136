#include <map>
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

/// The rows of cells of a collection.
class CellRows {
 public:
  CellRows(const Collection& collection, const TableRequest& request)
      : collection_(collection),
        request_(request),
        cells_(select_cells(collection, request.filters)),
        metrics_(request.metrics.empty() ? metric_names(collection, true)
                                         : complete_request(collection, cells_, request).metrics),
        parameters_(parameters_of(collection, cells_)),
        baselines_(collection, request.relative_to) {
    for (const std::string& name : metrics_) {
      directions_[name] = truth(higher_is_better(collection, name));
    }
    header_ = {"sweep", "cell", "state", "limited", "label"};
    append(header_, parameters_);
    append(header_, {"metric", "unit", "higher_is_better", "n", "value", "stderr"});
    append(header_, is_relative() ? Fields{"reference", "relative"} : Fields{});
    header_.emplace_back("error");
  }

  std::string text() const {
    std::string text = csv_line(header_);
    for (const size_t index : cells_) {
      text += of_cell(index);
    }
    return text;
  }

 private:
  bool is_relative() const { return !request_.relative_to.empty(); }

  /// A row a metric, or one with the error of a cell that has none.
  std::string of_cell(size_t index) const {
    const Cell& cell = collection_.cells[index];
    Fields start = {collection_.sweeps.at(cell.sweep).name, cell.id, to_string(cell.state),
                    truth(cell.limited), cell.label};
    for (const std::string& key : parameters_) {
      start.push_back(field_of(collection_, cell, key).value_or(""));
    }
    std::string text;
    for (const std::string& name : metrics_) {
      if (const auto metric = cell.is_done() ? metric_of(cell, name) : std::nullopt) {
        text += of_metric(start, index, name, *metric);
      }
    }
    if (text.empty()) {
      start.resize(header_.size() - 1);
      start.push_back(cell.error);
      text = csv_line(start);
    }
    return text;
  }

  std::string of_metric(Fields line, size_t index, const std::string& name,
                        const Metric& metric) const {
    append(line,
           {name, metric.unit, directions_.at(name), metric.n > 0 ? std::to_string(metric.n) : "",
            number(metric.value), number(metric.standard_error)});
    append(line, is_relative() ? relative(collection_, request_, baselines_.of(index), name, metric)
                               : Fields{});
    line.emplace_back();
    return csv_line(line);
  }

  const Collection& collection_;
  const TableRequest& request_;
  std::vector<size_t> cells_;
  Fields metrics_;
  Fields parameters_;
  Baselines baselines_;
  std::map<std::string, std::string> directions_;  ///< Whether more is better, by metric.
  Fields header_;
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
  return CellRows(collection, request).text();
}

}  // namespace multistate::aggregate
