#include "multistate/text/chat_format.h"

#include <array>
#include <filesystem>
#include <fstream>

#include "multistate/text/byte_alphabet.h"
#include "multistate/text/chat_template_file.h"
#include "multistate/text/pre_tokenizer.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test {
namespace {

struct Example {
  const char* name;
  const char* chat_template;
  /// For [{"role": "user", "content": "Hi"}] with bos_token "<s>", eos_token "</s>" and
  /// add_generation_prompt, from Jinja2 3.1 with trim_blocks and lstrip_blocks (as transformers
  /// has it).
  const char* rendered;
};

constexpr std::array kExamples = {
    Example{
        "ChatML",
        "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
        "{{ '<|im_start|>system\nYou answer in one word.<|im_end|>\n' }}{% endif %}"
        "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
        "<|im_start|>system\nYou answer in one word.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\n"},
    Example{"ChatML",
            "{% for m in messages %}{{ '<|im_start|>' ~ m.role ~ '\\n' ~ m.content ~ "
            "'<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}"
            "{{ '<|im_start|>assistant\\n' }}{% endif %}",
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"},
    Example{"Llama 3",
            "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + "
            "'<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
            "{% if add_generation_prompt %}"
            "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
            "<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n"},
    Example{"Gemma",
            "{{ bos_token }}{% for m in messages %}{% set role = 'model' if m['role'] == "
            "'assistant' else m['role'] %}{{ '<start_of_turn>' + role + '\n' + m['content'] | trim "
            "+ '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}"
            "{{ '<start_of_turn>model\n' }}{% endif %}",
            "<s><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n"},
    Example{"Phi 3",
            "{% for m in messages %}{% if m['role'] == 'user' %}{{ '<|user|>\n' + m['content'] + "
            "'<|end|>\n' }}{% else %}{{ '<|assistant|>\n' + m['content'] + '<|end|>\n' }}"
            "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}"
            "{% endif %}",
            "<|user|>\nHi<|end|>\n<|assistant|>\n"},
    Example{"Zephyr",
            "{% for m in messages %}\n{% if m['role'] == 'user' %}\n{{ '<|user|>\n' + m['content'] "
            "+ eos_token }}\n{% elif m['role'] == 'assistant' %}\n{{ '<|assistant|>\n' + "
            "m['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt "
            "%}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
            "<|user|>\nHi</s>\n<|assistant|>\n"},
    Example{"Llama 2",
            "{% for m in messages %}{% set text = m['content'] %}{% if m['role'] == 'system' %}"
            "{{ '<<SYS>>\n' + text + '\n<</SYS>>\n\n' }}{% elif m['role'] == 'user' %}"
            "{{ bos_token + '[INST] ' + text.strip() + ' [/INST]' }}{% else %}"
            "{{ ' ' + text.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
            "<s>[INST] Hi [/INST]"},
    Example{"Mistral",
            "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}"
            "{{ '[INST] ' + m['content'] + ' [/INST]' }}{% else %}{{ m['content'] + eos_token }}"
            "{% endif %}{% endfor %}",
            "<s>[INST] Hi [/INST]"},
    Example{"Mistral",
            "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}"
            "{{ '[INST]' + m['content'] + '[/INST]' }}{% else %}{{ m['content'] + eos_token }}"
            "{% endif %}{% endfor %}",
            "<s>[INST]Hi[/INST]"},
};

/// The 256 bytes and a special token, which is EOS.
TokenizerSpec byte_spec() {
  TokenizerSpec spec;
  spec.source = "test";
  for (int byte = 0; byte < 256; ++byte) {
    spec.tokens.push_back(byte_to_character(static_cast<unsigned char>(byte)));
  }
  spec.tokens.emplace_back("</s>");
  spec.added_tokens = {{256, "</s>", true}};
  spec.pre_tokenizer = {gpt2_split()};
  spec.eos_id = 256;
  return spec;
}

void write_text(const std::filesystem::path& path, const char* text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("a chat format is recognised, and writes what the template would") {
  for (const Example& example : kExamples) {
    INFO(example.rendered);
    const auto format = recognise_chat_format(example.chat_template, "</s>", "model");
    CHECK(format.name == example.name);
    CHECK((format.starts_with_bos ? "<s>" : "") + format.before + "Hi" + format.after ==
          example.rendered);
  }
}

TEST_CASE("a chat template that is not known, or writes a date, is refused by name") {
  CHECK(input_error([] { recognise_chat_format("{{ messages }}", "", "a.gguf"); }) ==
        "a.gguf: the chat template '{{ messages }}' is of no format that is supported: ChatML, "
        "Llama 3, Gemma, Phi 3, Zephyr, Llama 2, Mistral");
  CHECK(input_error([] {
          recognise_chat_format("{{ strftime_now('%d') }}<|im_start|><|im_end|>", "", "a.gguf");
        }) == "a.gguf: the chat template writes a date (strftime_now), which is not supported");
}

TEST_CASE("a model without a chat template, or without its tokens, is no chat model") {
  TokenizerSpec spec = byte_spec();
  CHECK(input_error([&] { chat_format(*Tokenizer::make(spec)); }) ==
        "the model's tokenizer has no chat template");
  spec.chat_template = kExamples[1].chat_template;
  const auto tokenizer = Tokenizer::make(spec);
  const ChatFormat format = chat_format(*tokenizer);
  CHECK(format.name == "ChatML");
  CHECK(input_error([&] { answer_end_ids(*tokenizer, &format); }) ==
        "the chat format ChatML ends answers with '<|im_end|>', which is no token of the model's "
        "tokenizer");
  CHECK(answer_end_ids(*tokenizer, nullptr) == std::vector<int64_t>{*spec.eos_id});
}

TEST_CASE("the end of an answer in a chat stands beside EOS, once") {
  TokenizerSpec spec = byte_spec();
  spec.tokens.emplace_back("<|im_end|>");
  const auto end = static_cast<int64_t>(spec.tokens.size()) - 1;
  spec.added_tokens.push_back({end, "<|im_end|>", true});
  spec.chat_template = kExamples[1].chat_template;
  auto tokenizer = Tokenizer::make(spec);
  const ChatFormat format = chat_format(*tokenizer);
  CHECK(answer_end_ids(*tokenizer, &format) == std::vector<int64_t>{*spec.eos_id, end});
  spec.eos_id = end;
  tokenizer = Tokenizer::make(spec);
  CHECK(answer_end_ids(*tokenizer, &format) == std::vector<int64_t>{end});
}

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

TEST_CASE("a chat template that is none is an error with file and key") {
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

}  // namespace multistate::test
