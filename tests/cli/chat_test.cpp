#include <algorithm>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::chat_test {
namespace {

using nlohmann::json;

/// A tiny model whose answers end before "~", with this chat template.
std::string chat_model(const TinySweep& sweep, const std::string& chat_template) {
  const auto path = sweep.folder() / "chat.gguf";
  GgufWriter writer = tiny_gguf({});
  writer.set("tokenizer.chat_template", gguf_text(chat_template));
  write_file(path, writer.bytes());
  return path.string();
}

const std::string kTemplate =
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '[system\\nBe kind.~\\n' }}{% endif %}{{'[' + message['role'] + '\\n' + message['content'] "
    "+ '~' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '[assistant\\n' }}{% endif %}";

std::vector<std::string> generate(const std::string& model, std::vector<std::string> rest) {
  rest.insert(rest.begin(), {"generate", model, "-n", "8"});
  return rest;
}

json report_of(std::vector<std::string> words) {
  words.emplace_back("--json");
  const auto run = run_program(words);
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  return json::parse(run.out);
}

/// The message with what the template writes around it, given as it is, makes the same.
void check_same(const json& chat, const std::string& model, const std::string& whole) {
  const json raw = report_of(generate(model, {"--raw", "--prompt", whole}));
  CHECK(chat.at("chat_format") == "ChatML");
  CHECK(raw.at("chat_format").is_null());
  CHECK(chat.at("prompt_tokens") == raw.at("prompt_tokens"));
  CHECK(chat.at("samples")[0].at("ids") == raw.at("samples")[0].at("ids"));
}

}  // namespace

TEST_CASE("generate asks a chat model in its chat format, and says at what speed it answered") {
  const TinySweep sweep;
  const std::string model = chat_model(sweep, kTemplate);
  check_same(report_of(generate(model, {"--prompt", "Who? "})), model,
             "[system\nBe kind.~\n[user\nWho? ~\n[assistant\n");
  check_same(report_of(generate(model, {"--prompt", "Who?", "--system", "Be brief."})), model,
             "[system\nBe brief.~\n[user\nWho?~\n[assistant\n");
  const auto run = run_program(generate(model, {"--prompt", "Who?"}));
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.err, ContainsSubstring(" tokens in ") && ContainsSubstring(" prompt tokens in "));
}

TEST_CASE(
    "generate refuses a chat template that is not known, and options that contradict a chat") {
  const TinySweep sweep;
  const auto refused = [](const std::vector<std::string>& words, const std::string& message) {
    const auto run = run_program(words);
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK_THAT(run.err, ContainsSubstring(message));
  };
  std::string model = chat_model(sweep, kTemplate);
  refused(
      generate(model, {"--prompt", "a", "--add-bos"}),
      "--add-bos: the chat format decides on the BOS token; --raw gives the model the prompt as "
      "it is");
  refused(generate(model, {"--prompt", ""}), "the prompt is empty");
  refused(generate(model, {"--prompt", "a", "--raw", "--system", "b"}),
          "--system: goes without --raw");
  const std::string plain = (sweep.folder() / "model.gguf").string();
  refused(generate(plain, {"--prompt", "a", "--system", "b"}),
          "--system: " + plain + " has no chat template");
  model = chat_model(sweep, "{{ messages }}");  // Digest by sha256sum.
  refused(generate(model, {"--prompt", "a"}),
          model +
              ": the model's chat template with the SHA-256 "
              "f24189f08c85a1eb19a737306c3a13e85462ee33d964f28108d64a2485fa2171 is not known, "
              "and templates are not run; give prompts as they are (experiment.template: plain, "
              "generate --raw)");
  CHECK(run_program(generate(model, {"--prompt", "a", "--raw"})).exit_code == 0);
}

TEST_CASE("inspect says which chat format a model has, and why it has none") {
  const TinySweep sweep;
  const auto inspect = [&](const std::string& chat_template) {
    const auto run = run_program({"inspect", chat_model(sweep, chat_template)});
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    return run.out;
  };
  CHECK_THAT(inspect(kTemplate),
             ContainsSubstring("ChatML, writes no BOS; the shape of template") &&
                 ContainsSubstring(" is known"));
  CHECK_THAT(inspect("{{ bos_token }}" + kTemplate),
             ContainsSubstring("ChatML after BOS, begins with BOS; "));
  std::string text = kTemplate;
  text.replace(text.find("Be kind."), 8, std::string(30000, 'x'));
  CHECK_THAT(inspect(text), ContainsSubstring("ChatML, writes no BOS"));
  CHECK_THAT(inspect(text + "{{ '<think>' }}"),
             ContainsSubstring("none: the model's chat template with the SHA-256 "));
}

}  // namespace multistate::test::chat_test
