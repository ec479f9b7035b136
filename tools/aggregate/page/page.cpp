#include "aggregate/page/page.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "aggregate/charts/charts.h"
#include "aggregate/page/assets.h"
#include "aggregate/reading/plain_text.h"

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

/// What the scripts of the page read, as assets/report.js and assets/chart.js take it apart: the
/// report, without series and maps, with a `title` of every group; `charts` (charts/charts.h);
/// `looks` by label (color, shape, filled, dash, name); and `reload_seconds`. Of thousands of cells
/// most of a report would be the same keys again and again, so `common` holds the parameters that
/// all cells share.
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

std::string escaped(const std::string& text, const std::map<char, std::string>& replacements) {
  std::string safe;
  safe.reserve(text.size() + text.size() / 64);
  for (const char c : text) {
    const auto found = replacements.find(c);
    if (found == replacements.end()) {
      safe += c;
    } else {
      safe += found->second;
    }
  }
  return safe;
}

/// JSON within a <script>: without "<" no text of it can end the element, or begin a comment.
std::string script_data(const Json& data) {
  return escaped(data.dump(-1, ' ', false, Json::error_handler_t::replace), {{'<', "\\u003c"}});
}

std::string html_escaped(const std::string& text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}});
}

std::string title_of(const Json& report) {
  std::string names;
  for (const Json& sweep : report.at("sweeps")) {
    const Json& name = sweep.at("name");
    names += (names.empty() ? "" : ", ") + plain_text(name);
  }
  return names.empty() ? "multistate" : names + " - multistate";
}

/// The template with its places filled; what is put in is not looked at again.
std::string filled(std::string_view html,
                   const std::map<std::string_view, std::string_view>& parts) {
  std::string page;
  for (size_t at = 0; at < html.size();) {
    const size_t open = html.find("{{", at);
    page += html.substr(at, open - at);
    if (open == std::string_view::npos) {
      break;
    }
    const size_t close = html.find("}}", open);
    page += parts.at(html.substr(open + 2, close - open - 2));
    at = close + 2;
  }
  return page;
}

}  // namespace

std::string make_page(const Json& report, double reload_seconds) {
  const PageAssets assets = page_assets();
  const std::string title = html_escaped(title_of(report));
  const std::string setup = html_escaped(report.at("setup").get<std::string>());
  const std::string data = script_data(page_data(report, reload_seconds));
  return filled(assets.html, {{"title", title},
                              {"setup", setup},
                              {"style", assets.style},
                              {"vega", assets.vega},
                              {"script", assets.script},
                              {"data", data}});
}

Figures draw_report(const Json& report, const std::filesystem::path& folder) {
  const PageAssets assets = page_assets();
  const ReportData data(report);
  std::vector<Chart> charts = make_charts(data);
  std::set<std::string> others;
  for (const Json& metric : report.at("metrics")) {
    if (!metric.at("headline").get<bool>()) {
      others.insert(metric.at("name").get<std::string>());
    }
  }
  std::erase_if(charts, [&](const Chart& chart) {
    const auto metric = chart.choices.find("metric");
    return metric != chart.choices.end() && others.contains(metric->second);
  });
  return write_figures(charts, report.at("setup"),
                       std::string(assets.vega) + std::string(assets.drawer), folder);
}

}  // namespace multistate::aggregate
