#include "multistate/text/chat_format.h"

#include "multistate/text/byte_alphabet.h"
#include "multistate/text/tokenizer_steps.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::chat_format_test {
namespace {

const std::string kLoop =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\\n' }}{% endif %}";

/// The 256 bytes, and these special tokens from id 256 on.
TokenizerSpec byte_spec(const std::vector<std::string>& special) {
  TokenizerSpec spec;
  spec.source = "test";
  for (int byte = 0; byte < 256; ++byte) {
    spec.tokens.push_back(byte_to_character(static_cast<unsigned char>(byte)));
  }
  for (const std::string& token : special) {
    spec.added_tokens.push_back({static_cast<int64_t>(spec.tokens.size()), token, true});
    spec.tokens.push_back(token);
  }
  std::get<BpeSpec>(spec.kind).pre_tokenizer = gpt2_steps();
  return spec;
}

ChatFormat chat_of(const TokenizerSpec& spec) {
  return chat_format(*Tokenizer::make(spec));
}

std::string message_of(const TokenizerSpec& spec) {
  return input_error([&] { chat_of(spec); });
}

}  // namespace

TEST_CASE("a model's chat format has the model's tokens, and answers end before two of them") {
  TokenizerSpec spec = byte_spec({"<s>", "</s>", "<|im_start|>", "<|im_end|>"});
  spec.bos_id = 256;
  spec.eos_id = 257;
  spec.chat_template = kLoop;
  ChatFormat chat = chat_of(spec);
  CHECK(chat.name == "ChatML");
  CHECK_FALSE(chat.starts_with_bos);
  CHECK_FALSE(chat.by_shape);
  const auto tokenizer = Tokenizer::make(spec);
  CHECK(answer_end_ids(*tokenizer, nullptr) == std::vector<int64_t>{257});
  CHECK(answer_end_ids(*tokenizer, &chat) == std::vector<int64_t>{257, 259});

  spec.chat_template = "{{ bos_token }}" + kLoop;
  chat = chat_of(spec);
  CHECK(chat.starts_with_bos);
  CHECK(chat.by_shape);
  CHECK(chat.before == "<|im_start|>user\n");
  CHECK(chat.after == "<|im_end|>\n<|im_start|>assistant\n");
  CHECK(chat.around(" Hi ") == chat.before + " Hi " + chat.after);
  chat.trims = true;
  CHECK(chat.around(" Hi ") == chat.before + "Hi" + chat.after);

  spec.eos_id = 259;
  chat = chat_of(spec);
  CHECK(answer_end_ids(*Tokenizer::make(spec), &chat) == std::vector<int64_t>{259});
}

TEST_CASE("a model without a chat template, or with one that is not known, has no chat format") {
  TokenizerSpec spec = byte_spec({"<|im_end|>"});
  CHECK(message_of(spec) == "the model's tokenizer has no chat template");
  spec.chat_template = "{{ messages }}";  // Digests by sha256sum.
  CHECK(message_of(spec) ==
        "the model's chat template with the SHA-256 "
        "f24189f08c85a1eb19a737306c3a13e85462ee33d964f28108d64a2485fa2171 is not known, and "
        "templates are not run; give prompts as they are (experiment.template: plain, generate "
        "--raw)");
  spec.chat_template = "{{ strftime_now('%d') }}";
  CHECK(message_of(spec) ==
        "the model's chat template with the SHA-256 "
        "063567eac0c447a261d6f329de0b6d7abf832b7b6b4683260ac7fe2d8fa7f039 is not known, and "
        "templates are not run (it asks for the date); give prompts as they are "
        "(experiment.template: plain, generate --raw)");
}

TEST_CASE("the date of a chat format is given, or the template's own, never today's") {
  const auto tokenizer = Tokenizer::make([] {
    TokenizerSpec spec = byte_spec({"<s>", "<|end|>"});
    spec.bos_id = 256;
    return spec;
  }());
  ConversationFormat format;
  format.name = "example";
  format.start = "{bos}";
  format.no_system = "[{date}]";
  format.date_form = "%d %b %Y";
  format.ends = {"<|end|>"};
  const auto chat = [&](const std::string& day) {
    return chat_format_of({.format = format}, *tokenizer, day);
  };
  CHECK(chat("2026-01-31").name == "example, dated 31 Jan 2026");
  CHECK(chat("2026-01-31").before == "[31 Jan 2026]");
  CHECK(input_error([&] { chat(""); }) ==
        "the chat format example writes the date, which has to be given: experiment.chat_date: "
        "2026-01-31, generate --chat-date 2026-01-31; or give prompts as they are "
        "(experiment.template: plain, generate --raw)");
  CHECK(input_error([&] { chat("2026-02-30"); }) ==
        "'2026-02-30' is no day; expected one like 2026-01-31");
  format.default_day = "2024-07-26";
  CHECK(chat("").name == "example, dated 26 Jul 2024");
  CHECK(chat("2026-01-31").before == "[31 Jan 2026]");
  format.date_form = "";
  format.no_system = "";
  CHECK(chat("").name == "example");
  CHECK(input_error([&] { chat("2026-01-31"); }) ==
        "the chat format example writes no date; leave out experiment.chat_date (--chat-date)");
}

TEST_CASE("a chat format without its tokens is an error") {
  TokenizerSpec spec = byte_spec({"<|im_start|>"});
  spec.chat_template = kLoop;
  CHECK(message_of(spec) ==
        "the chat format ChatML writes '<|im_end|>', which the model's tokenizer encodes as 10 "
        "tokens; expected 1");
  spec.chat_template = "{{ bos_token }}" + kLoop;
  CHECK(message_of(spec) ==
        "the chat format ChatML after BOS writes the BOS token, and the model's tokenizer names "
        "none");
  spec = byte_spec({"<|im_start|>", "<|im_end|>"});
  spec.tokens.emplace_back("<s>");
  spec.bos_id = static_cast<int64_t>(spec.tokens.size()) - 1;
  spec.chat_template = "{{ bos_token }}" + kLoop;
  CHECK(message_of(spec) ==
        "the chat format ChatML after BOS writes '<s>', which the model's tokenizer encodes as 3 "
        "tokens; expected 1");
}

}  // namespace multistate::test::chat_format_test
