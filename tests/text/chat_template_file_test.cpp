#include "multistate/text/chat_template_file.h"

#include <fstream>

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::chat_template_file_test {
namespace {

void write_text(const std::filesystem::path& path, const char* text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("the chat template of a folder is found where Hugging Face puts it") {
  const TemporaryFolder folder;
  const auto config = folder / "tokenizer_config.json";
  CHECK(read_chat_template(folder.path()) == std::nullopt);
  write_text(config, R"({"model_max_length": 100})");
  CHECK(read_chat_template(folder.path()) == std::nullopt);
  write_text(config, R"({"chat_template": "{{ a }}"})");
  CHECK(read_chat_template(folder.path()) == "{{ a }}");
  write_text(config, R"({"chat_template": [{"name": "tools", "template": "t"},
                                           {"name": "default", "template": "d"}]})");
  CHECK(read_chat_template(folder.path()) == "d");
  write_text(folder / "chat_template.jinja", "{{ b }}");
  CHECK(read_chat_template(folder.path()) == "{{ b }}");
}

TEST_CASE("a chat template of another type is an error with file and key") {
  const TemporaryFolder folder;
  const auto config = folder / "tokenizer_config.json";
  const auto message = [&](const char* text) {
    write_text(config, text);
    return input_error([&] { read_chat_template(folder.path()); });
  };
  CHECK(message(R"({"chat_template": 5})") ==
        config.string() + ": 'chat_template' is '5'; expected a text or a list of templates");
  CHECK(message(R"({"chat_template": [{"name": "rag", "template": "t"}]})") ==
        config.string() + ": chat_template: none of the list is named 'default'");
  CHECK(message(R"({"chat_template": [7]})") ==
        config.string() + ": chat_template: '7' is no object with 'name' and 'template'");
}

}  // namespace multistate::test::chat_template_file_test
