#include "multistate/text/pre_tokenizer_json.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/text/pre_tokenizer.h"

namespace multistate {
namespace {

using nlohmann::json;

const std::vector<std::string> kByteLevelKeys = {"type", "add_prefix_space", "trim_offsets",
                                                 "use_regex"};

[[noreturn]] void fail(const std::string& source, std::string_view path, const json& value,
                       std::string_view supported) {
  throw InputError(fmt::format("{}: {} is {}, which is not supported; supported: {}", source, path,
                               json_text(value), supported));
}

/// The key has to be there: the reference implementation knows no default for these.
void require(const json& node, const char* key, const json& value, const std::string& path,
             const std::string& source) {
  const std::string place = fmt::format("{}.{}", path, key);
  if (!node.contains(key)) {
    throw InputError(fmt::format("{}: {} is missing; supported: {}", source, place, value.dump()));
  }
  if (node.at(key) != value) {
    fail(source, place, node.at(key), value.dump());
  }
}

std::string type_of(const json& node) {
  return node.is_object() && node.contains("type") && node.at("type").is_string()
             ? node.at("type").get<std::string>()
             : "";
}

/// A literal as a regular expression.
std::string escape(const std::string& literal) {
  std::string pattern;
  for (const char c : literal) {
    if (std::string_view("\\^$.|?*+()[]{}-/#&~ \t\n\r\f\v").find(c) != std::string_view::npos) {
      pattern += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      pattern += c;
    }
  }
  return pattern;
}

PreTokenizerStep read_split(const json& node, const std::string& path, const std::string& source) {
  check_members(node, path, {"type", "pattern", "behavior", "invert"}, source);
  require(node, "behavior", "Isolated", path, source);
  require(node, "invert", false, path, source);
  const json pattern = node.value("pattern", json());
  const bool one = pattern.is_object() && pattern.size() == 1 && pattern.front().is_string();
  if (one && pattern.contains("Regex")) {
    return {PreTokenizerStep::Kind::kSplitRegex, pattern.at("Regex")};
  }
  if (one && pattern.contains("String")) {
    return {PreTokenizerStep::Kind::kSplitRegex, escape(pattern.at("String"))};
  }
  fail(source, path + ".pattern", pattern, R"({"Regex": ...}, {"String": ...})");
}

bool has_byte_level(const json& node) {
  if (type_of(node) != "Sequence") {
    return type_of(node) == "ByteLevel";
  }
  const json members = node.value("pretokenizers", json());
  return members.is_array() && std::any_of(members.begin(), members.end(), has_byte_level);
}

void append_steps(const json& node, const std::string& path, const std::string& source,
                  std::vector<PreTokenizerStep>& steps);

void append_sequence(const json& node, const std::string& path, const std::string& source,
                     std::vector<PreTokenizerStep>& steps) {
  check_members(node, path, {"type", "pretokenizers"}, source);
  const json members = node.value("pretokenizers", json());
  if (!members.is_array()) {
    fail(source, path + ".pretokenizers", members, "a list");
  }
  for (size_t i = 0; i < members.size(); ++i) {
    // What follows would see the alphabet for bytes instead of the text.
    if (i + 1 < members.size() && has_byte_level(members[i])) {
      fail(source, fmt::format("{}.pretokenizers[{}]", path, i), members[i],
           "ByteLevel as the last step only");
    }
    append_steps(members[i], fmt::format("{}.pretokenizers[{}]", path, i), source, steps);
  }
}

void append_steps(const json& node, const std::string& path, const std::string& source,
                  std::vector<PreTokenizerStep>& steps) {
  const std::string type = type_of(node);
  if (type == "Sequence") {
    append_sequence(node, path, source, steps);
  } else if (type == "Split") {
    steps.push_back(read_split(node, path, source));
  } else if (type == "Digits") {
    check_members(node, path, {"type", "individual_digits"}, source);
    require(node, "individual_digits", true, path, source);
    steps.push_back({PreTokenizerStep::Kind::kIsolateDigits, ""});
  } else if (type == "ByteLevel") {
    check_members(node, path, kByteLevelKeys, source);
    require(node, "add_prefix_space", false, path, source);
    if (JsonObject(node, source).boolean("use_regex").value_or(true)) {
      steps.push_back(gpt2_split());
    }
  } else {
    fail(source, path, node, "ByteLevel, Digits, Split, Sequence");
  }
}

bool ends_byte_level(const json& node) {
  if (type_of(node) == "Sequence") {
    const json members = node.value("pretokenizers", json());
    return members.is_array() && !members.empty() && ends_byte_level(members.back());
  }
  return type_of(node) == "ByteLevel";
}

constexpr std::string_view kPostProcessors =
    "null, ByteLevel, or a template of one special token and the text";

/// Throws json::exception for a template that is not built as one.
std::optional<int64_t> read_bos(const json& node, const std::string& source) {
  const std::string type = type_of(node);
  if (node.is_null()) {
    return std::nullopt;
  }
  if (type == "ByteLevel") {
    check_members(node, "post_processor", kByteLevelKeys, source);
    return std::nullopt;
  }
  if (type == "Sequence" && node.value("processors", json()).is_array()) {
    check_members(node, "post_processor", {"type", "processors"}, source);
    std::optional<int64_t> bos;
    for (const json& member : node.at("processors")) {
      const auto id = read_bos(member, source);
      bos = id ? id : bos;
    }
    return bos;
  }
  // {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": ...}],
  //  "special_tokens": {"<s>": {"ids": [1]}}}
  const json single = type == "TemplateProcessing" ? node.value("single", json()) : json();
  const bool bos_first = single.is_array() && single.size() == 2 && single[0].is_object() &&
                         single[0].contains("SpecialToken") && single[1].is_object() &&
                         single[1].contains("Sequence");
  if (!bos_first) {
    fail(source, "post_processor", node, kPostProcessors);
  }
  check_members(node, "post_processor", {"type", "single", "pair", "special_tokens"}, source);
  const std::string name = single[0]["SpecialToken"].value("id", "");
  const json ids =
      node.value("special_tokens", json::object()).value(name, json::object()).value("ids", json());
  if (!ids.is_array() || ids.size() != 1 || !ids[0].is_number_unsigned()) {
    fail(source, fmt::format("post_processor.special_tokens.{}", name), ids, "one id");
  }
  return ids[0].get<int64_t>();
}

}  // namespace

void check_members(const json& object, std::string_view path, const std::vector<std::string>& known,
                   const std::string& source) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw InputError(fmt::format("{}: {}{}{}: unknown key (value {}); known: {}", source, path,
                                   path.empty() ? "" : ".", key, json_text(value), join(known)));
    }
  }
}

std::vector<PreTokenizerStep> read_pre_tokenizer(const json& node, const std::string& source) {
  if (!ends_byte_level(node)) {
    fail(source, "pre_tokenizer", node, "ByteLevel, or a Sequence that ends with it");
  }
  std::vector<PreTokenizerStep> steps;
  append_steps(node, "pre_tokenizer", source, steps);
  return steps;
}

void check_decoder(const json& node, const std::string& source) {
  if (type_of(node) != "ByteLevel") {
    fail(source, "decoder", node, "ByteLevel");
  }
  check_members(node, "decoder", kByteLevelKeys, source);
}

std::optional<int64_t> read_post_processor(const json& node, const std::string& source) {
  try {
    return read_bos(node, source);
  } catch (const json::exception&) {
    fail(source, "post_processor", node, kPostProcessors);
  }
}

}  // namespace multistate
