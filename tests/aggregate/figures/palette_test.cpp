#include "aggregate/figures/palette.h"

#include <array>
#include <cmath>
#include <set>
#include <string>
#include <tuple>

#include "support/catch.h"

using multistate::aggregate::Look;
using multistate::aggregate::Palette;

namespace {

std::set<std::string> labels(int count) {
  std::set<std::string> all;
  for (int i = 0; i < count; ++i) {
    all.insert("policy " + std::to_string(1000 + i));
  }
  return all;
}

using Color = std::array<double, 3>;

Color linear(const std::string& color) {
  Color result = {};
  for (size_t i = 0; i < 3; ++i) {
    const double value = std::stoi(color.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    result.at(i) = value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  }
  return result;
}

// Contrast ratio of WCAG 2.1.
double contrast(const std::string& a, const std::string& b) {
  const auto luminance = [](const std::string& color) {
    const Color c = linear(color);
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
  };
  const double x = luminance(a) + 0.05;
  const double y = luminance(b) + 0.05;
  return x > y ? x / y : y / x;
}

// What a person without one kind of cone sees: matrices of Machado, Oliveira and Fernandes (2009),
// severity 1.0, on linear RGB.
Color seen(const Color& color, const std::array<Color, 3>& matrix) {
  Color result = {};
  for (size_t i = 0; i < 3; ++i) {
    result.at(i) =
        matrix.at(i)[0] * color[0] + matrix.at(i)[1] * color[1] + matrix.at(i)[2] * color[2];
  }
  return result;
}

double distance(const Color& a, const Color& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

}  // namespace

TEST_CASE("no two policies look the same") {
  const Palette palette(labels(120), {});
  std::set<std::tuple<std::string, int, int>> looks;
  for (const auto& [label, look] : palette.looks()) {
    CHECK(looks.emplace(look.color, look.marker, look.dash).second);
  }
  CHECK(looks.size() == 120);
}

TEST_CASE("ten policies have ten colours, and the full model another") {
  auto all = labels(10);
  all.insert("full");
  const Palette palette(all, {"full"});
  std::set<std::string> colors;
  for (const auto& [label, look] : palette.looks()) {
    colors.insert(look.color);
  }
  CHECK(colors.size() == 11);
}

TEST_CASE("the full model takes no policy's colour away") {
  const Palette without({"h2o", "tova"}, {});
  const Palette with({"full", "h2o", "tova"}, {"full"});
  CHECK(with.at("h2o").color == without.at("h2o").color);
  CHECK(with.at("tova").color == without.at("tova").color);
}

TEST_CASE("colours are seen on white and on a dark page") {
  const Palette palette(labels(10), {});
  for (const auto& [label, look] : palette.looks()) {
    CAPTURE(look.color);
    CHECK(contrast(look.color, "#ffffff") > 2.0);
    CHECK(contrast(look.color, "#16191d") > 3.0);
  }
}

TEST_CASE("the colours of the first six policies differ for the colour-blind") {
  const std::array<std::array<Color, 3>, 2> matrices = {{
      {{{0.152286, 1.052583, -0.204868},
        {0.114503, 0.786281, 0.099216},
        {-0.003882, -0.048116, 1.051998}}},  // no long-wave cones
      {{{0.367322, 0.860646, -0.227968},
        {0.280085, 0.672501, 0.047413},
        {-0.011820, 0.042940, 0.968881}}},  // no middle-wave cones
  }};
  const Palette palette(labels(6), {});
  for (const auto& matrix : matrices) {
    for (const auto& [one, look] : palette.looks()) {
      for (const auto& [other, look2] : palette.looks()) {
        if (one < other) {
          CAPTURE(look.color, look2.color);
          CHECK(distance(seen(linear(look.color), matrix), seen(linear(look2.color), matrix)) >
                0.1);
        }
      }
    }
  }
}
