#include "multistate/text/known_chat_formats.h"

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/text/calendar_day.h"
#include "multistate/text/chat_template_shape.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::known_chat_formats_test {
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

/// With a day for the date, and nothing for the tokens.
ConversationFormat dated(const ConversationFormat& format, const std::string& day) {
  return with_texts(format,
                    {.bos = "{bos}", .eos = "{eos}", .date = day_text(day, format.date_form)});
}

const std::string kLoop =
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
    const ConversationFormat format = chat_format_of_listed(identity);
    const json days = entry.value("days", json::object());
    for (const auto& [day, outputs] : days.items()) {
      check_outputs(dated(format, day), outputs);
    }
    if (entry.contains("outputs")) {  // All that need no clock.
      const bool is_dated = !format.date_form.empty();
      check_outputs(is_dated ? dated(format, format.default_day) : format, entry.at("outputs"));
    }
    CHECK(entry.contains("outputs") == (format.date_form.empty() || !format.default_day.empty()));
    CHECK(entry.contains("days") == !format.date_form.empty());
    tested.insert(identity);
  }
  const auto listed = listed_chat_templates();
  CHECK(tested == std::set<std::string>(listed.begin(), listed.end()));
  CHECK(listed.size() >= 80);
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
  const auto known = known_chat_format(replaced(kLoop, "<|im_end|>", "<|done|>"));
  REQUIRE(known);
  CHECK(known->format.ends == std::vector<std::string>{"<|done|>"});
  CHECK(known->format.name == "ChatML");
  CHECK_FALSE(known->format.writes_bos());
}

TEST_CASE("a system message of 30,000 characters is read like a short one") {
  const std::string message(30000, 'x');
  const std::string text =
      replaced(kLoop, "{{'<|im_start|>'",
               "{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\n" +
                   message + "<|im_end|>\\n' }}{% endif %}{{'<|im_start|>'");
  const auto known = known_chat_format(text);
  REQUIRE(known);
  CHECK(chat_text(known->format, std::vector<ChatMessage>{{Role::kUser, "Hi"}}) ==
        "<|im_start|>system\n" + message +
            "<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
}

TEST_CASE("a template that does anything else than a listed one is not known") {
  REQUIRE(known_chat_format(kLoop));
  const std::string content = "message['content']";
  const std::vector<std::string> others = {
      "",
      "{{ messages }}",
      "Hello" + kLoop,
      kLoop + " ",
      kLoop + "<think>",
      kLoop + "{{ '<think>' }}",
      "{# a comment #}" + kLoop,
      "{{ strftime_now('%d %b %Y') }}" + kLoop,
      "{% set system_message = 'You are kind.' %}" + kLoop,
      "{{ bos_token + '<|im_start|>' }}" + kLoop,
      "{{ eos_token }}" + kLoop,
      replaced(kLoop, content, content + " | trim"),
      replaced(kLoop, content, content + ".strip()"),
      replaced(kLoop, content, content + "[:100]"),
      replaced(kLoop, content, "message['text']"),
      replaced(kLoop, "message['role']", "message['role'] | upper"),
      replaced(kLoop, "'\\n'", "'\\n' * 2"),
      replaced(kLoop, "'\\n'", "'\\x0a'"),
      replaced(kLoop, "'\\n'", "'{bos}'"),
      replaced(kLoop, "'\\n'", "'{date}'"),
      replaced(kLoop, "'<|im_end|>'", "('<|im_end|>' if not loop.last else '')"),
      replaced(kLoop, "'<|im_end|>'", "'<|im_end|>' + '<|extra|>'"),
      replaced(kLoop, "in messages", "in messages[1:]"),
      replaced(kLoop, "{% for", "{%- for"),
      replaced(kLoop, "{% if add_generation_prompt %}", "{% if true %}"),
      replaced(kLoop, "{% endfor %}", "{% endfor %}\n\n"),
      replaced(kLoop, "{% endfor %}", "{% break %}{% endfor %}"),
      replaced(kLoop, "{% endif %}", ""),
      replaced(kLoop, "{% endif %}", "{% endif"),
  };
  for (const std::string& text : others) {
    INFO(text);
    CHECK_FALSE(known_chat_format(text));
  }
}

}  // namespace multistate::test::known_chat_formats_test
