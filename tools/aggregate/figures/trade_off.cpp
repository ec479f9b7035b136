#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/figures/kinds.h"

namespace multistate::aggregate {
namespace {

/// One of the two things that quality is paid with.
struct Cost {
  const char* measure;
  const char* name;
  const char* axis;
  double unit;  ///< Of the axis, in the measure's.
  bool logarithmic;
  std::vector<size_t> PlotGroup::*front;
};

constexpr double kMiB = 1024.0 * 1024.0;
constexpr Cost kSpeed = {"tokens_per_s",         "speed", "tokens per second", 1.0, false,
                         &PlotGroup::front_speed};
constexpr Cost kMemory = {"state_bytes", "memory", "state (MiB)",
                          kMiB,          true,     &PlotGroup::front_memory};

struct Point {
  size_t cell;
  double cost;
  double value;
};

/// Cells that have both numbers, by label, then by state size.
std::vector<Point> points_of(const PlotData& data, const PlotGroup& group, const Cost& cost,
                             const std::string& metric) {
  std::vector<Point> points;
  for (const size_t place : group.cells) {
    const auto& json = *data.cells[place].json;
    const auto& measures = json.at("measures");
    const auto measured = number_at(measures, cost.measure);
    const auto paid =
        measured ? measured : number_at(measures, std::string("noisy_") + cost.measure);
    const auto found = json.at("metrics").find(metric);
    const auto value =
        found == json.at("metrics").end() ? std::nullopt : number_at(*found, "value");
    const bool drawable = paid && value && std::isfinite(*paid) && std::isfinite(*value) &&
                          (!cost.logarithmic || *paid > 0.0);
    if (drawable) {
      points.push_back({place, *paid / cost.unit, *value});
    }
  }
  std::stable_sort(points.begin(), points.end(), [&](const Point& a, const Point& b) {
    const PlotCell& x = data.cells[a.cell];
    const PlotCell& y = data.cells[b.cell];
    return std::tie(x.label, x.state_size) < std::tie(y.label, y.state_size);
  });
  return points;
}

void add_rows(Figure& figure, const PlotData& data, const std::vector<Point>& points,
              const std::set<size_t>& front) {
  for (const Point& point : points) {
    const PlotCell& cell = data.cells[point.cell];
    figure.rows.push_back({number_text(point.cost), number_text(point.value),
                           cell.state_size ? fmt::format("{:g}", *cell.state_size) : "all",
                           front.count(point.cell) != 0 ? "1" : "0", plain_text(cell.label), ""});
  }
}

std::vector<double> costs_of(const std::vector<Point>& points) {
  std::vector<double> costs;
  for (const Point& point : points) {
    costs.push_back(point.cost);
  }
  return costs;
}

std::vector<double> values_of(const std::vector<Point>& points) {
  std::vector<double> values;
  for (const Point& point : points) {
    values.push_back(point.value);
  }
  return values;
}

/// Where a cost or a value lies on its axis, from 0 to 1, and whether that is logarithmic.
class Place {
 public:
  Place(const std::vector<double>& values, bool logarithmic) : logarithmic_(logarithmic) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    low_ = scaled(*low);
    range_ = std::max(scaled(*high) - low_, 1e-300);
  }

  double of(double value) const { return (scaled(value) - low_) / range_; }

 private:
  double scaled(double value) const { return logarithmic_ ? std::log(value) : value; }

  bool logarithmic_;
  double low_ = 0.0;
  double range_ = 1.0;
};

/// Shares of the axes that a number of four digits takes, with some room.
constexpr double kNumberWidth = 0.06;
constexpr double kNumberHeight = 0.05;

/// Of the rows of a figure: the number that is shown beside the point.
constexpr size_t kNumberColumn = 5;

/// Of each point in turn whether its number has room beside those before it.
std::vector<bool> legible(const std::vector<Point>& points, const Place& across, const Place& up) {
  std::vector<std::pair<double, double>> taken;
  std::vector<bool> shown;
  for (const Point& point : points) {
    const double x = across.of(point.cost);
    const double y = up.of(point.value);
    shown.push_back(std::none_of(taken.begin(), taken.end(), [&](const auto& other) {
      return std::abs(x - other.first) < kNumberWidth && std::abs(y - other.second) < kNumberHeight;
    }));
    if (shown.back()) {
      taken.emplace_back(x, y);
    }
  }
  return shown;
}

/// The front as a line under everything, its points ringed and, where there is room, with their
/// state size.
std::vector<std::string> front_parts(Figure& figure, const PlotData& data, const Cost& cost,
                                     std::vector<Point> points, const std::set<size_t>& front,
                                     bool more_is_better) {
  const Place across(costs_of(points), cost.logarithmic);
  const Place up(values_of(points), !wide_range(values_of(points)).empty());
  points.erase(std::remove_if(points.begin(), points.end(),
                              [&](const Point& p) { return front.count(p.cell) == 0; }),
               points.end());
  if (points.empty()) {
    return {};
  }
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.cost < b.cost; });
  // No other cell lies on the better side of the front.
  const std::string side = more_is_better ? "1" : "-1";
  const size_t first = figure.rows.size();
  add_rows(figure, data, points, front);
  const std::vector<bool> has_room = legible(points, across, up);
  for (size_t i = 0; i < points.size(); ++i) {
    figure.rows[first + i][kNumberColumn] = has_room[i] ? figure.rows[first + i][2] : "";
  }
  const std::string source = figure.source(first, figure.rows.size() - 1);
  return {source + " using 1:2 with lines lc rgb '#999999' lw 5 title 'none is better in both'",
          source + " using 1:2 with points pt 6 ps 2 lw 1.2 lc rgb '#222222' notitle",
          source + " using 1:2:6 with labels offset 0," + side + " tc rgb '#222222' notitle"};
}

std::vector<std::string> policy_parts(const Figure& figure, const PlotData& data,
                                      const std::vector<Point>& points) {
  std::vector<std::string> parts;
  for (size_t first = 0; first < points.size();) {
    const std::string& label = data.cells[points[first].cell].label;
    size_t last = first;
    while (last + 1 < points.size() && data.cells[points[last + 1].cell].label == label) {
      ++last;
    }
    const Look& look = data.palette.at(label);
    parts.push_back(
        fmt::format("{} using 1:2 with linespoints lc rgb '{}' lw 0.7 dt {} {} ps 1 "
                    "title {}",
                    figure.source(first, last), look.color, look.dash + 1, marker(look),
                    gnuplot_text(plain_text(label))));
    first = last + 1;
  }
  return parts;
}

/// Why the speed of a cell is no measurement; empty when it is one for all of them.
std::string noise_of(const PlotData& data, const std::vector<Point>& points) {
  for (const Point& point : points) {
    const std::string noise = plain_text(data.cells[point.cell].json->at("speed_noise"));
    if (!noise.empty()) {
      return noise;
    }
  }
  return "";
}

Figure trade_off(const PlotData& data, const PlotGroup& group, const Cost& cost,
                 const std::string& metric) {
  Figure figure;
  figure.name = slug(metric) + "-by-" + cost.name + group.suffix;
  figure.title = fmt::format("{} against {}{}", metric, cost.name,
                             group.title.empty() ? "" : ", " + group.title);
  figure.columns = {cost.axis, metric, "state_size", "on_front", "policy", "number"};
  const auto points = points_of(data, group, cost, metric);
  if (points.empty()) {
    return figure;
  }
  const std::string noise = cost.front == &PlotGroup::front_speed ? noise_of(data, points) : "";
  std::set<size_t> front;
  if (noise.empty()) {
    const auto& on_front = group.*cost.front;
    front.insert(on_front.begin(), on_front.end());
  }
  add_rows(figure, data, points, front);
  const auto direction = data.higher_is_better.find(metric);
  const bool higher = direction != data.higher_is_better.end() && direction->second;
  auto parts = front_parts(figure, data, cost, points, front, higher);
  const auto policies = policy_parts(figure, data, points);
  parts.insert(parts.begin() + (parts.empty() ? 0 : 1), policies.begin(), policies.end());
  if (cost.logarithmic) {
    figure.commands = log2_scale("x", costs_of(points));
    figure.commands.emplace_back("set xtics autofreq");
    figure.commands.emplace_back("set format x '%g'");
  } else {
    figure.commands = {"set offsets graph 0.05, graph 0.05, 0, 0"};
  }
  figure.commands.push_back(
      "set xlabel " +
      gnuplot_text(noise.empty() ? std::string(cost.axis)
                                 : fmt::format("{} (not a measurement: {})", cost.axis, noise)));
  figure.commands.push_back("set ylabel " + gnuplot_text(data.axis(metric)));
  figure.commands.push_back(wide_range(values_of(points)));
  figure.commands.push_back("set title " + gnuplot_text(figure.title + "; numbers: state size"));
  figure.commands.push_back("plot " + join(parts, ", \\\n  "));
  return figure;
}

}  // namespace

std::vector<Figure> trade_offs(const PlotData& data) {
  std::vector<Figure> figures;
  if (data.headline.empty()) {
    return figures;
  }
  for (const PlotGroup& group : data.groups) {
    for (const Cost* cost : {&kSpeed, &kMemory}) {
      Figure figure = trade_off(data, group, *cost, data.headline.front());
      if (!figure.rows.empty()) {
        figures.push_back(std::move(figure));
      }
    }
  }
  return figures;
}

}  // namespace multistate::aggregate
