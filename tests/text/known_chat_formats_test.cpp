#include "multistate/text/known_chat_formats.h"

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/text/chat_template_shape.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test {
namespace {

using nlohmann::json;
using Role = ChatMessage::Role;
using Place = ConversationFormat::SystemPlace;

/// What real templates write, from tools/oracle_chat_templates.
const json& stored() {
  static const json all =
      json::parse(read_file(MULTISTATE_SOURCE_DIR "/tests/text/chat_templates.json"));
  return all;
}

std::vector<ChatMessage> conversation(const std::string& name) {
  static const std::map<std::string, Role> roles = {
      {"system", Role::kSystem}, {"user", Role::kUser}, {"assistant", Role::kAssistant}};
  std::vector<ChatMessage> messages;
  for (const json& message : stored().at("conversations").at(name)) {
    messages.push_back({roles.at(message.at("role")), message.at("content")});
  }
  return messages;
}

/// Compares with what the template writes, and refuses what it refuses or drops.
void check_outputs(const ConversationFormat& format, const json& outputs) {
  CHECK(outputs.size() == 3);
  for (const auto& [name, output] : outputs.items()) {
    INFO(name << " as " << format.name);
    auto messages = conversation(name);
    if (messages.front().role == Role::kSystem &&
        (format.system_place == Place::kRefused || format.system_place == Place::kIgnored)) {
      CHECK(output.is_object() == (format.system_place == Place::kRefused));
      CHECK(input_error([&] { chat_text(format, messages); }) != "no error");
      if (output.is_object()) {
        continue;
      }
      messages.erase(messages.begin());
    }
    CHECK(chat_text(format, messages) == output);
  }
}

const std::string kChatMl =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\\n' }}{% endif %}";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("every listed template's format writes what the template writes") {
  std::set<std::string> tested;
  for (const json& entry : stored().at("templates")) {
    const std::string identity = entry.at("sha256");
    INFO(identity);
    check_outputs(chat_format_of_listed(identity), entry.at("outputs"));
    tested.insert(identity);
  }
  const auto listed = listed_chat_templates();
  CHECK(tested == std::set<std::string>(listed.begin(), listed.end()));
  CHECK(listed.size() >= 70);
}

TEST_CASE("templates of a listed shape are known with any literals") {
  for (const json& entry : stored().at("shapes")) {
    const std::string text = entry.at("template");
    INFO(text);
    const auto known = known_chat_format(text);
    REQUIRE(known);
    CHECK(known->by_shape);
    check_outputs(known->format, entry.at("outputs"));
  }
}

TEST_CASE("every format is that of a listed template, and their names differ") {
  const auto names = chat_format_names();
  std::set<std::string> used;
  for (const std::string& identity : listed_chat_templates()) {
    used.insert(chat_format_of_listed(identity).name);
  }
  CHECK(used == std::set<std::string>(names.begin(), names.end()));
  CHECK(used.size() == names.size());
}

TEST_CASE("a shape gives a format with the template's own markers and its end of an answer") {
  const auto known = known_chat_format(replaced(kChatMl, "<|im_end|>", "<|done|>"));
  REQUIRE(known);
  CHECK(known->format.ends == std::vector<std::string>{"<|done|>"});
  CHECK(known->format.name == "ChatML");
  CHECK_FALSE(known->format.writes_bos());
}

TEST_CASE("a system message of 30,000 characters is read like a short one") {
  const std::string message(30000, 'x');
  const std::string text =
      replaced(kChatMl, "{{'<|im_start|>'",
               "{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\n" +
                   message + "<|im_end|>\\n' }}{% endif %}{{'<|im_start|>'");
  const auto known = known_chat_format(text);
  REQUIRE(known);
  CHECK(chat_text(known->format, std::vector<ChatMessage>{{Role::kUser, "Hi"}}) ==
        "<|im_start|>system\n" + message +
            "<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
}

TEST_CASE("a template that does anything else than a listed one is not known") {
  REQUIRE(known_chat_format(kChatMl));
  const std::string content = "message['content']";
  const std::vector<std::string> others = {
      "",
      "{{ messages }}",
      "Hello" + kChatMl,
      kChatMl + " ",
      kChatMl + "<think>",
      kChatMl + "{{ '<think>' }}",
      "{# a comment #}" + kChatMl,
      "{{ strftime_now('%d %b %Y') }}" + kChatMl,
      "{% set system_message = 'You are kind.' %}" + kChatMl,
      "{{ bos_token + '<|im_start|>' }}" + kChatMl,
      "{{ eos_token }}" + kChatMl,
      replaced(kChatMl, content, content + " | trim"),
      replaced(kChatMl, content, content + ".strip()"),
      replaced(kChatMl, content, content + "[:100]"),
      replaced(kChatMl, content, "message['text']"),
      replaced(kChatMl, "message['role']", "message['role'] | upper"),
      replaced(kChatMl, "'\\n'", "'\\n' * 2"),
      replaced(kChatMl, "'\\n'", "'\\x0a'"),
      replaced(kChatMl, "'\\n'", "'{bos}'"),
      replaced(kChatMl, "'<|im_end|>'", "('<|im_end|>' if not loop.last else '')"),
      replaced(kChatMl, "'<|im_end|>'", "'<|im_end|>' + '<|extra|>'"),
      replaced(kChatMl, "in messages", "in messages[1:]"),
      replaced(kChatMl, "{% for", "{%- for"),
      replaced(kChatMl, "{% if add_generation_prompt %}", "{% if true %}"),
      replaced(kChatMl, "{% endfor %}", "{% endfor %}\n\n"),
      replaced(kChatMl, "{% endfor %}", "{% break %}{% endfor %}"),
      replaced(kChatMl, "{% endif %}", ""),
      replaced(kChatMl, "{% endif %}", "{% endif"),
  };
  for (const std::string& text : others) {
    INFO(text);
    CHECK_FALSE(known_chat_format(text));
  }
}

}  // namespace multistate::test
