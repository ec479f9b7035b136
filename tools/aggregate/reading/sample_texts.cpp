#include "aggregate/reading/sample_texts.h"

#include <array>
#include <fstream>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"

namespace multistate::aggregate {
namespace {

using nlohmann::json;

constexpr size_t kMostSamples = 10;
constexpr size_t kLongest = 1000;

constexpr std::array kKeys = {"prompt", "text", "outputs", "answer", "answers", "expected"};

json shortened(const json& value) {
  std::string text = parameter_text(value);
  if (text.size() <= kLongest) {
    return value;
  }
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;  // Not within a character of UTF-8.
  }
  text.resize(end);
  return text + "...";
}

}  // namespace

json sample_texts(const Cell& cell) {
  json texts = json::array();
  if (cell.samples.empty()) {
    return texts;
  }
  const auto path = cell.folder / "samples.jsonl";
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw InputError(fmt::format("{}: cannot be read", path.string()));
  }
  for (std::string line; texts.size() < kMostSamples && std::getline(stream, line);) {
    const json sample = parse_json(line);
    const json values = sample.is_object() ? sample.value("values", json()) : json();
    json found = {{"sample", texts.size()}};
    for (const char* key : kKeys) {
      if (values.is_object() && values.contains(key) && !values[key].is_number()) {
        found[key] = shortened(values[key]);
      }
    }
    if (found.size() == 1) {
      break;
    }
    texts.push_back(std::move(found));
  }
  return texts;
}

}  // namespace multistate::aggregate
