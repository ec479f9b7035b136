#include "multistate/synthetic/words.h"

#include "multistate/synthetic/answer_match.h"
#include "multistate/synthetic/filler.h"
#include "multistate/synthetic/task.h"

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::words_test {
namespace {

template <class Make>
size_t different(int count, const Make& make) {
  std::set<std::string> seen;
  for (int i = 0; i < count; ++i) {
    seen.insert(make());
  }
  return seen.size();
}

}  // namespace

TEST_CASE("names, words and numbers never come twice, however many there are") {
  Random random({1});
  WordMaker words(random);
  CHECK(different(3000, [&] { return words.name(); }) == 3000);
  CHECK(different(3000, [&] { return words.word(); }) == 3000);
  CHECK(different(3000, [&] {
          const std::string number = words.number();
          CHECK(number.size() == 5);
          CHECK(number[0] != '0');
          return number;
        }) == 3000);
}

TEST_CASE("an answer is found as whole words, whatever the case of letters") {
  const std::vector<std::string> one = {"71432"};
  CHECK(match_answers(" 71432.", one).found == 1);
  CHECK(match_answers("It is 71432, I think", one).found == 1);
  CHECK(match_answers("714321", one).found == 0);
  CHECK(match_answers("71 432", one).found == 0);
  CHECK(match_answers("", one).found == 0);
  CHECK(match_answers("Bolura", {"bolura"}).found == 1);
  CHECK(match_answers("the Quiet  lantern!", {"quiet lantern"}).found == 1);
  CHECK(match_answers("the lantern, quiet", {"quiet lantern"}).found == 0);
  CHECK(match_answers("a b", {"a", "b", "c"}).found == 2);
}

TEST_CASE("an answer is exact when nothing but the answers is there") {
  CHECK(match_answers(" 71432.", {"71432"}).exact);
  CHECK(!match_answers(" 71432. The end", {"71432"}).exact);
  CHECK(match_answers("b, c and a.", {"a", "b", "c"}).exact);
  CHECK(!match_answers("b, c", {"a", "b", "c"}).exact);
  CHECK(!match_answers("a a", {"a"}).exact);
  CHECK(!match_answers("", {"a"}).exact);
}

TEST_CASE("sentences end where white space follows their mark, and together are the text") {
  const std::string text = "It rained. \"Why?\" he asked!\n\nAt 3.15 (or so.) it stopped";
  const auto sentences = split_sentences(text);
  CHECK(sentences == std::vector<std::string>{"It rained.", " \"Why?\"", " he asked!",
                                              "\n\nAt 3.15 (or so.)", " it stopped"});
  CHECK(split_sentences("").empty());
}

TEST_CASE("a haystack of the user's text goes on from a random sentence, each once") {
  const std::vector<std::string> sentences = {"a.", " b.", " c."};
  const std::string name = "book.txt";
  Random random({4});
  const auto filler = text_filler(sentences, name, random);
  std::string text;
  for (int i = 0; i < 3; ++i) {
    text += filler->next();
  }
  CHECK(std::string("a. b. c.a. b. c.").find(text) != std::string::npos);
  CHECK(input_error([&] { filler->next(); }) ==
        "book.txt: has 3 sentences, too few for a haystack of this length");
}

TEST_CASE("noise comes again only when every sentence has come") {
  Random random({4});
  const auto filler = noise_filler(random);
  const size_t all = noise_sentences().size();
  CHECK(different(static_cast<int>(all), [&] { return filler->next(); }) == all);
  CHECK(different(static_cast<int>(all), [&] { return filler->next(); }) == all);
}

TEST_CASE("texts are filled in by name; what stands for nothing is refused") {
  const Fields fields = {{"key", "a"}, {"value", "b"}};
  CHECK(fill_in("{key}: {value}, {{{key}}}", fields) == "a: b, {a}");
  CHECK(input_error([&] { fill_in("{name}", fields); }) ==
        "{name} stands for nothing here; known: {key}, {value}");
  CHECK(input_error([&] { fill_in("a } b", fields); }) ==
        "'a } b' has a brace without its other half; a brace is written }}");
  CHECK(input_error([&] { fill_in("{key", fields); }) ==
        "'{key' has a brace without its other half; a brace is written {{");
  CHECK(enumerate({"a"}) == "a");
  CHECK(enumerate({"a", "b"}) == "a and b");
  CHECK(enumerate({"a", "b", "c"}) == "a, b and c");
}

TEST_CASE("texts of a task have to say what they are for") {
  const auto message = [](size_t task, std::string TaskTexts::*member, const char* text) {
    const SyntheticTask& one = synthetic_tasks()[task];
    TaskTexts texts = one.texts({});
    texts.*member = text;
    return input_error([&] { one.check_texts(texts, {}); });
  };
  for (size_t task = 0; task < synthetic_tasks().size(); ++task) {
    CHECK(message(task, &TaskTexts::instruction, "Anything {at} all") == "no error");
  }
  CHECK(message(0, &TaskTexts::statement, "The key.") ==
        "statement: 'The key.' does not hold {value}");
  CHECK(message(1, &TaskTexts::statement, "It is {value}.") ==
        "statement: 'It is {value}.' does not hold {key}");
  CHECK(message(0, &TaskTexts::question, "Which {key}?") ==
        "ask: {key} stands for nothing here; known: none");
  CHECK(message(3, &TaskTexts::answer, "{name}") ==
        "answer: {name} stands for nothing here; known: {count}, {value}");
  CHECK(message(2, &TaskTexts::announcement, "{key}") ==
        "announcement: {key} stands for nothing here; known: {question}");
}

}  // namespace multistate::test::words_test
