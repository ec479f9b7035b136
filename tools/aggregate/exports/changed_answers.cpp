#include "aggregate/exports/changed_answers.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"

namespace multistate::aggregate {
namespace {

using nlohmann::json;

std::optional<std::string> difference(const json& a, const json& b, const std::string& path);

std::optional<std::string> difference_of_members(const json& a, const json& b,
                                                 const std::string& path,
                                                 const std::set<std::string>& skipped) {
  for (const auto& [key, value] : a.items()) {
    const auto other = b.find(key);
    if (other != b.end() && skipped.count(key) == 0) {
      if (auto found = difference(value, *other, path.empty() ? key : path + "." + key)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> difference(const json& a, const json& b, const std::string& path) {
  if (a.is_number() && b.is_number() && (a.is_number_float() || b.is_number_float())) {
    return std::nullopt;
  }
  if (a.is_object() && b.is_object()) {
    return difference_of_members(a, b, path, {});
  }
  if (!a.is_array() || !b.is_array() || a.size() != b.size()) {
    return a == b ? std::nullopt : std::optional(path);
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (auto found = difference(a[i], b[i], fmt::format("{}[{}]", path, i))) {
      return found;
    }
  }
  return std::nullopt;
}

json values_of(const std::string& line, const std::filesystem::path& path, int64_t number) {
  const json sample = parse_json(line);
  if (!sample.is_object() || !sample.contains("values") || !sample["values"].is_object()) {
    throw InputError(
        fmt::format("{}:{}: is not a sample with 'values'", path.string(), number + 1));
  }
  return sample["values"];
}

}  // namespace

std::optional<std::string> changed_answer(const json& a, const json& b,
                                          const std::set<std::string>& skipped) {
  return difference_of_members(a, b, "", skipped);
}

ChangedAnswers changed_answers(const std::filesystem::path& a, const std::filesystem::path& b,
                               const std::set<std::string>& skipped) {
  std::ifstream left(a, std::ios::binary);
  std::ifstream right(b, std::ios::binary);
  ChangedAnswers changed;
  std::string line;
  std::string other;
  for (int64_t sample = 0; std::getline(left, line) && std::getline(right, other); ++sample) {
    if (line == other) {
      continue;
    }
    if (auto key =
            changed_answer(values_of(line, a, sample), values_of(other, b, sample), skipped)) {
      if (changed.samples++ == 0) {
        changed.first = sample;
        changed.key = *std::move(key);
      }
    }
  }
  return changed;
}

}  // namespace multistate::aggregate
