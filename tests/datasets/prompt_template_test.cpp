#include "multistate/datasets/prompt_template.h"

#include <array>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::prompt_template_test {
namespace {

const std::array<std::string, 2> kNames = {"context", "question"};

PromptTemplate parse(std::string_view text) {
  return {text, "here", kNames};
}

}  // namespace

TEST_CASE("a prompt is cut behind its context") {
  const auto parts =
      parse("Text: {context}\nQ: {question}\nA:").fill({{"context", "a {b}"}, {"question", "c?"}});
  CHECK(parts.context == "Text: a {b}");
  CHECK(parts.question == "\nQ: c?\nA:");
  const auto before = parse("{question} {context}").fill({{"context", "x"}, {"question", "q"}});
  CHECK(before.context == "q x");
  CHECK(before.question.empty());
}

TEST_CASE("doubled braces are braces") {
  CHECK(parse("{{x}} {context}").fill({{"context", "c"}}).context == "{x} c");
  CHECK_FALSE(parse("{{question}} {context}").has("question"));
}

TEST_CASE("what is wrong in a prompt is named") {
  CHECK(input_error([] { parse("{context} {qestion}"); }) ==
        "here: the prompt has the placeholder '{qestion}'; known: {context} and {question}");
  CHECK(input_error([] { parse("no place"); }) ==
        "here: the prompt has {context} 0 times; expected once");
  CHECK(input_error([] { parse("{context}{context}"); }) ==
        "here: the prompt has {context} 2 times; expected once");
  for (const char* text : {"{context} {", "{context} }"}) {
    CHECK(input_error([text] { parse(text); }) ==
          "here: the brace at byte 10 of the prompt belongs to no placeholder; a brace that is "
          "meant as such is doubled, {{ or }}");
  }
}

}  // namespace multistate::test::prompt_template_test
