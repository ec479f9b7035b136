#include "aggregate/page/page.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "aggregate/charts/charts.h"
#include "aggregate/page/assets.h"
#include "aggregate/page/page_data.h"
#include "aggregate/reading/plain_text.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// The names of the template's places, and what goes there.
using Parts = std::array<std::pair<std::string_view, std::string_view>, 6>;

/// JSON within a <script>: without "<" no text of it can end the element, or begin a comment.
std::string script_data(const Json& data) {
  const std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size() + text.size() / 64);
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string html_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
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
std::string filled(std::string_view html, const Parts& parts) {
  std::string page;
  for (size_t at = 0; at < html.size();) {
    const size_t open = html.find("{{", at);
    page += html.substr(at, open - at);
    if (open == std::string_view::npos) {
      break;
    }
    const size_t close = html.find("}}", open);
    const std::string_view name = html.substr(open + 2, close - open - 2);
    page += std::find_if(parts.begin(), parts.end(), [&](const auto& part) {
              return part.first == name;
            })->second;
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
  const Parts parts = {{{"title", title},
                        {"setup", setup},
                        {"style", assets.style},
                        {"vega", assets.vega},
                        {"script", assets.script},
                        {"data", data}}};
  return filled(assets.html, parts);
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
