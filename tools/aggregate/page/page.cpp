#include "aggregate/page/page.h"

#include <map>
#include <string_view>

#include "multistate/base/json_layout.h"
#include "multistate/base/printable.h"
#include "multistate/results/stored_cell.h"

#include "aggregate/page/assets.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

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
std::string script_text(const Json& data) {
  return escaped(json_line(data), {{'<', "\\u003c"}});
}

/// The cells of a report without the parameters that all of them share, one at a time: there may be
/// thousands.
std::string cells_text(const Json& cells, const Json& common) {
  std::string text = "[";
  for (const Json& cell : cells) {
    Json shortened = cell;
    for (const auto& [key, value] : common.items()) {
      shortened["parameters"].erase(key);
    }
    text += (text.size() == 1 ? "" : ",") + script_text(shortened);
  }
  return text + "]";
}

/// What the scripts of the page read: the report; `common`, the parameters that all cells share and
/// that its cells are then without (of thousands of cells most of it would be the same again and
/// again); and `reload_seconds`.
std::string data_text(const Json& report, double reload_seconds) {
  const Json common = common_parameters(report.at("cells"));
  std::string text = "{\"common\":" + script_text(common) +
                     ",\"reload_seconds\":" + script_text(reload_seconds) + ",\"report\":{";
  for (const auto& [key, value] : report.items()) {
    text += (text.ends_with('{') ? "" : ",") + script_text(key) + ":" +
            (key == "cells" ? cells_text(value, common) : script_text(value));
  }
  return text + "}}";
}

std::string html_escaped(const std::string& text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}});
}

std::string title_of(const Json& report) {
  std::string names;
  for (const Json& sweep : report.at("sweeps")) {
    const Json& name = sweep.at("name");
    names += (names.empty() ? "" : ", ") + one_line(parameter_text(name));
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
  const std::string data = data_text(report, reload_seconds);
  return filled(assets.html, {{"title", title},
                              {"setup", setup},
                              {"style", assets.style},
                              {"vega", assets.vega},
                              {"script", assets.script},
                              {"data", data}});
}

}  // namespace multistate::aggregate
