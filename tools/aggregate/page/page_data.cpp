#include "aggregate/page/page_data.h"

#include "aggregate/charts/charts.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

Json looks_of(const Palette& palette) {
  Json looks = Json::object();
  for (const auto& [label, look] : palette.looks()) {
    looks[label] = {{"color", look.color},
                    {"shape", look.shape},
                    {"filled", look.filled},
                    {"dash", look.dash},
                    {"name", look.name}};
  }
  return looks;
}

/// Parameters that every cell has with the same value.
Json common_parameters(const Json& cells) {
  Json common = cells.empty() ? Json::object() : cells.front().at("parameters");
  for (const Json& cell : cells) {
    const Json& parameters = cell.at("parameters");
    for (auto it = common.begin(); it != common.end();) {
      const auto found = parameters.find(it.key());
      it = found != parameters.end() && *found == *it ? std::next(it) : common.erase(it);
    }
  }
  return common;
}

Json short_cell(Json cell, const Json& common) {
  for (const auto& [key, value] : common.items()) {
    cell["parameters"].erase(key);
  }
  // The charts hold them.
  cell.erase("series");
  cell.erase("maps");
  return cell;
}

/// A sentence on policies with their names in place of their labels.
std::string with_names(const std::string& sentence, const Palette& palette) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  std::string named;
  for (size_t at = 0; at < sentence.size();) {
    const std::string* longest = nullptr;
    const bool starts = at == 0 || !is_word(sentence[at - 1]);
    for (const auto& [label, look] : palette.looks()) {
      const size_t end = at + label.size();
      const bool ends = end >= sentence.size() || !is_word(sentence[end]);
      // "full" is in "the full cache" already.
      if (starts && ends && !label.empty() && !look.name.starts_with(label) &&
          sentence.compare(at, label.size(), label) == 0 &&
          (longest == nullptr || label.size() > longest->size())) {
        longest = &label;
      }
    }
    named += longest == nullptr ? std::string(1, sentence[at]) : palette.at(*longest).name;
    at += longest == nullptr ? 1 : longest->size();
  }
  return named;
}

void name_policies(const Palette& palette, Json& group) {
  for (Json& best : group["best"]) {
    best["sentence"] = with_names(best["sentence"].get<std::string>(), palette);
    for (Json& why : best["not_ranked"]) {
      why = with_names(why.get<std::string>(), palette);
    }
  }
  for (Json& note : group["notes"]) {
    note = with_names(note.get<std::string>(), palette);
  }
}

}  // namespace

Json page_data(const Json& report, double reload_seconds) {
  const ReportData data(report);
  const Json common = common_parameters(report.at("cells"));
  Json shortened = Json::object();
  for (const auto& [key, value] : report.items()) {
    if (key != "cells") {
      shortened[key] = value;
    }
  }
  for (size_t i = 0; i < data.groups.size(); ++i) {
    shortened["groups"][i]["title"] = data.groups[i].title;
    name_policies(data.palette, shortened["groups"][i]);
  }
  Json cells = Json::array();
  for (const Json& cell : report.at("cells")) {
    cells.push_back(short_cell(cell, common));
  }
  shortened["cells"] = std::move(cells);
  Json charts = Json::array();
  for (const Chart& chart : make_charts(data)) {
    charts.push_back(to_json(chart));
  }
  return {{"report", std::move(shortened)},
          {"common", common},
          {"charts", std::move(charts)},
          {"looks", looks_of(data.palette)},
          {"reload_seconds", reload_seconds}};
}

}  // namespace multistate::aggregate
