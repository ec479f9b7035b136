#include "multistate/text/known_chat_formats.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/text/chat_formats_json.h"
#include "multistate/text/chat_template_shape.h"

namespace multistate {
namespace {

using nlohmann::json;
using Place = ConversationFormat::SystemPlace;
using Trim = ConversationFormat::Trim;

constexpr std::array<const char*, 3> kPlaceholders = {"{bos}", "{eos}", "{date}"};

ChatFrame frame_of(const json& pair) {
  return {pair.at(0), pair.at(1)};
}

void read_system(const json& system, ConversationFormat& format) {
  static const std::map<std::string, Place> places = {{"own turn", Place::kOwnTurn},
                                                      {"first user", Place::kFirstUser},
                                                      {"last user", Place::kLastUser},
                                                      {"refused", Place::kRefused},
                                                      {"ignored", Place::kIgnored}};
  format.system_place = places.at(system.at("place"));
  format.system = {system.value("before", ""), system.value("after", "")};
  format.blank_system_is_none = system.value("blank", "") == "none";
  format.system_switches = system.value("switches", std::vector<std::string>{});
}

void read_trim(const json& trim, ConversationFormat& format) {
  const std::map<std::string, std::function<void()>> rules = {
      {"system", [&] { format.trim_system = Trim::kBlanks; }},
      {"blanks after system", [&] { format.trim_system = Trim::kBlanksAfter; }},
      {"user", [&] { format.trims_user = true; }},
      {"assistant", [&] { format.trim_assistant = Trim::kBlanks; }},
      {"lines before assistant", [&] { format.trim_assistant = Trim::kLinesBefore; }},
      {"system and user as one", [&] { format.trims_system_with_user = true; }}};
  for (const std::string name : trim) {
    rules.at(name)();
  }
}

void read_date(const json& date, ConversationFormat& format) {
  format.date_form = date.at("form");
  format.default_day = date.value("without_clock", "");
}

ConversationFormat read_format(const json& entry) {
  ConversationFormat format;
  format.name = entry.at("name");
  format.start = entry.at("start");
  read_system(entry.at("system"), format);
  format.no_system = entry.value("no_system", "");
  format.user = frame_of(entry.at("user"));
  format.assistant = frame_of(entry.at("assistant"));
  format.generation = entry.at("generation");
  read_trim(entry.at("trim"), format);
  format.ends = entry.at("ends").get<std::vector<std::string>>();
  return format;
}

struct Table {
  std::vector<ConversationFormat> formats;
  std::map<std::string, ConversationFormat> by_template;
  std::map<std::string, ConversationFormat> by_shape;
};

Table read_table() {
  const json root = json::parse(chat_formats_json());
  Table table;
  std::map<std::string, ConversationFormat> by_name;
  for (const json& entry : root.at("formats")) {
    table.formats.push_back(read_format(entry));
    by_name[table.formats.back().name] = table.formats.back();
  }
  for (const json& entry : root.at("shapes")) {
    table.by_shape[entry.at("sha256")] = read_format(entry.at("format"));
  }
  for (const json& entry : root.at("templates")) {
    ConversationFormat format = by_name.at(entry.at("format"));
    if (entry.contains("system_message")) {
      format.no_system =
          format.system.before + std::string(entry.at("system_message")) + format.system.after;
    }
    if (entry.contains("date")) {
      read_date(entry.at("date"), format);
    }
    table.by_template[entry.at("sha256")] = std::move(format);
  }
  return table;
}

const Table& table() {
  static const Table all = read_table();
  return all;
}

/// `text` with the literals for "{1}", "{2}", ...
std::string with_literals(const std::string& text, const std::vector<std::string>& literals) {
  std::string filled;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
    const bool slot = end != std::string::npos && text[at + 1] >= '1' && text[at + 1] <= '9';
    if (slot) {
      filled += literals.at(std::stoul(text.substr(at + 1)) - 1);
      at = end + 1;
    } else {
      filled += text[at++];
    }
  }
  return filled;
}

/// The format of a shape with the literals of a template of it.
ConversationFormat of_template(ConversationFormat format,
                               const std::vector<std::string>& literals) {
  const auto fill = [&](std::string& text) { text = with_literals(text, literals); };
  std::for_each(format.ends.begin(), format.ends.end(), fill);
  for (ChatFrame* frame : {&format.system, &format.user, &format.assistant}) {
    fill(frame->before);
    fill(frame->after);
  }
  fill(format.no_system);
  fill(format.generation);
  return format;
}

/// Whether a literal reads like what stands for another text in a format.
bool has_placeholder(const std::string& literal) {
  return std::any_of(kPlaceholders.begin(), kPlaceholders.end(), [&](const char* placeholder) {
    return literal.find(placeholder) != std::string::npos;
  });
}

}  // namespace

std::optional<KnownChatFormat> known_chat_format(std::string_view chat_template) {
  const auto& listed = table().by_template;
  if (const auto found = listed.find(template_identity(chat_template)); found != listed.end()) {
    return KnownChatFormat{found->second, false};
  }
  const auto shape = template_shape(chat_template);
  if (!shape || std::any_of(shape->literals.begin(), shape->literals.end(), has_placeholder)) {
    return std::nullopt;
  }
  const auto& shapes = table().by_shape;
  const auto found = shapes.find(shape->sha256);
  if (found == shapes.end()) {
    return std::nullopt;
  }
  return KnownChatFormat{of_template(found->second, shape->literals), true};
}

ConversationFormat chat_format_of_listed(const std::string& identity) {
  return table().by_template.at(identity);
}

std::vector<std::string> listed_chat_templates() {
  std::vector<std::string> identities;
  for (const auto& [identity, format] : table().by_template) {
    identities.push_back(identity);
  }
  return identities;
}

std::vector<std::string> chat_format_names() {
  std::vector<std::string> names;
  for (const ConversationFormat& format : table().formats) {
    names.push_back(format.name);
  }
  return names;
}

}  // namespace multistate
