#include "multistate/text/known_chat_formats.h"

#include <algorithm>
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
}

void read_trim(const json& trim, ConversationFormat& format) {
  const std::map<std::string, bool*> flags = {
      {"system", &format.trims_system},
      {"user", &format.trims_user},
      {"assistant", &format.trims_assistant},
      {"system and user as one", &format.trims_system_with_user}};
  for (const std::string name : trim) {
    *flags.at(name) = true;
  }
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

/// Whether a literal reads like one of a format's tokens, which it does not stand for.
bool looks_like_token(const std::string& literal) {
  return literal.find("{bos}") != std::string::npos || literal.find("{eos}") != std::string::npos;
}

}  // namespace

std::optional<KnownChatFormat> known_chat_format(std::string_view chat_template) {
  const auto& listed = table().by_template;
  if (const auto found = listed.find(template_identity(chat_template)); found != listed.end()) {
    return KnownChatFormat{found->second, false};
  }
  const auto shape = template_shape(chat_template);
  if (!shape || std::any_of(shape->literals.begin(), shape->literals.end(), looks_like_token)) {
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
