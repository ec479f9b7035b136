#include "aggregate/reading/sample_texts.h"

#include <array>

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

SampleReader samples_of(const Cell& cell) {
  const auto path = cell.folder / kSamplesFile;
  return SampleReader(path, path.string() + ": ");
}

json sample_texts(const Cell& cell) {
  json texts = json::array();
  if (cell.samples.empty()) {
    return texts;
  }
  SampleReader reader = samples_of(cell);
  while (texts.size() < kMostSamples) {
    const json sample = reader.next();
    const json values = sample.is_null() ? json::object() : sample["values"];
    json found = {{"sample", texts.size()}};
    for (const char* key : kKeys) {
      if (values.contains(key) && !values[key].is_number()) {
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
