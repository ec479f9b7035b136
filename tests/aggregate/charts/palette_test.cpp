#include "aggregate/charts/palette.h"

#include <array>
#include <cmath>
#include <set>
#include <string>
#include <tuple>
#include <vector>

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

TEST_CASE("no two labels look the same, and none has another's name") {
  auto all = labels(120);
  all.merge(std::set<std::string>{"h2o", "H2O", "h2o scope=layer", "h2o scope=kv_head", "tova"});
  const Palette palette(all);
  std::set<std::tuple<std::string, std::string, bool, std::vector<int>>> looks;
  std::set<std::string> names;
  for (const auto& [label, look] : palette.looks()) {
    CAPTURE(label);
    CHECK(looks.emplace(look.color, look.shape, look.filled, look.dash).second);
    CHECK(names.insert(look.name).second);
  }
}

TEST_CASE("a policy has its colour and its name whatever stands beside it") {
  const Palette alone({"h2o", "mine"});
  const Palette beside({"a2sf", "full", "h2o", "kivi", "mine", "streaming sinks=4", "tova"});
  for (const char* label : {"h2o", "mine"}) {
    CAPTURE(label);
    CHECK(beside.at(label).color == alone.at(label).color);
    CHECK(beside.at(label).shape == alone.at(label).shape);
    CHECK(beside.at(label).name == alone.at(label).name);
  }
  CHECK(beside.at("h2o").name == "H2O");
  CHECK(beside.at("tova").name == "TOVA");
  CHECK(beside.at("streaming sinks=4").name == "StreamingLLM sinks=4");
  CHECK(beside.at("mine").name == "mine");
}

TEST_CASE("the labels of one policy share its colour") {
  const Palette palette({"streaming", "streaming sinks=0", "streaming sinks=4"});
  CHECK(palette.at("streaming sinks=0").color == palette.at("streaming").color);
  CHECK(palette.at("streaming sinks=4").color == palette.at("streaming").color);
}

TEST_CASE("the full cache is grey, and no policy is") {
  const Palette palette({"full", "h2o", "tova", "window", "snapkv"});
  for (const auto& [label, look] : palette.looks()) {
    CHECK((look.color == palette.at("full").color) == (label == "full"));
  }
}

TEST_CASE("a name is one line that any format can hold") {
  const Palette palette({"a\n<b>\x1b[31m\xff"});
  CHECK(palette.looks().begin()->second.name == "a <b> [31m?");
}

TEST_CASE("colours are seen on white and on a dark page") {
  const Palette palette({"h2o", "tova", "streaming", "window", "snapkv", "pyramidkv", "adakv",
                         "scissorhands", "expected_attention", "kivi", "full"});
  std::set<std::string> colors;
  for (const auto& [label, look] : palette.looks()) {
    CAPTURE(look.color);
    colors.insert(look.color);
    CHECK(contrast(look.color, "#ffffff") > 2.0);
    CHECK(contrast(look.color, "#16191d") > 3.0);
  }
  CHECK(colors.size() == 11);
}

TEST_CASE("the colours of the best known policies differ for the colour-blind") {
  const std::array<std::array<Color, 3>, 2> matrices = {{
      {{{0.152286, 1.052583, -0.204868},
        {0.114503, 0.786281, 0.099216},
        {-0.003882, -0.048116, 1.051998}}},  // no long-wave cones
      {{{0.367322, 0.860646, -0.227968},
        {0.280085, 0.672501, 0.047413},
        {-0.011820, 0.042940, 0.968881}}},  // no middle-wave cones
  }};
  const Palette palette({"h2o", "tova", "streaming", "window", "snapkv", "pyramidkv"});
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
