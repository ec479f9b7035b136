#include <cmath>
#include <set>

#include "multistate/text/byte_alphabet.h"
#include "multistate/text/tokenizer_steps.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/synthetic_samples.h"

namespace multistate::test::samples_test {
namespace {

/// The 256 bytes and some pieces of words, so that a word is one or several tokens.
std::unique_ptr<Tokenizer> small_tokenizer() {
  TokenizerSpec spec;
  spec.source = "test";
  for (int byte = 0; byte < 256; ++byte) {
    spec.tokens.push_back(byte_to_character(static_cast<unsigned char>(byte)));
  }
  auto& kind = std::get<BpeSpec>(spec.kind);
  kind.merges = {{"t", "h"}, {"th", "e"}, {"Ġ", "the"}, {"b", "a"}, {"i", "n"},
                 {"Ġ", "a"}, {"e", "r"},  {"r", "e"},   {"o", "n"}};
  for (const auto& [left, right] : kind.merges) {
    spec.tokens.push_back(left + right);
  }
  kind.pre_tokenizer = gpt2_steps();
  return Tokenizer::make(spec);
}

/// Share of the haystack, in bytes, before `text`.
double depth_of(const std::string& context, const std::string& text, const std::string& label) {
  const size_t begin = context.find(label) + label.size();
  return static_cast<double>(context.find(text) - begin) /
         static_cast<double>(context.size() - text.size() - begin);
}

}  // namespace

TEST_CASE("samples have their length to the token and the answers that a second reading finds") {
  const auto tokenizer = small_tokenizer();
  for (const SampleKind& kind : sample_kinds()) {
    for (const int64_t length : {1500, 1733, 3001}) {
      for (uint64_t seed = 0; seed < 8; ++seed) {
        const SampleChoice choice = {length, static_cast<double>(seed % 5) / 4.0, seed};
        INFO(kind.task << ", " << length << " tokens, depth " << choice.depth << ", seed " << seed);
        const auto sample = make_sample(kind, choice, *tokenizer);
        CHECK(has_length(sample, choice));
        CHECK(reads_as_expected(kind, sample, *tokenizer));
      }
    }
  }
}

TEST_CASE("a sample comes again by its seed, and another seed gives another") {
  const auto tokenizer = small_tokenizer();
  for (const SampleKind& kind : sample_kinds()) {
    INFO(kind.task);
    const auto first = make_sample(kind, {1600, 0.5, 3}, *tokenizer);
    const auto again = make_sample(kind, {1600, 0.5, 3}, *tokenizer);
    const auto other = make_sample(kind, {1600, 0.5, 4}, *tokenizer);
    CHECK(first.context == again.context);
    CHECK(first.context != other.context);
    for (size_t i = 0; i < first.questions.size(); ++i) {
      CHECK(first.questions[i].ids == again.questions[i].ids);
      CHECK(first.questions[i].answers == again.questions[i].answers);
      CHECK(first.questions[i].answers != other.questions[i].answers);
    }
  }
}

TEST_CASE("what is asked for stands at its depth, to within a sentence") {
  const auto tokenizer = small_tokenizer();
  for (const double depth : {0.0, 0.2, 0.5, 0.9, 1.0}) {
    INFO(depth);
    const auto passkey = make_sample({"passkey"}, {3000, depth, 7}, *tokenizer);
    const std::string hidden = " The pass key is " + passkey.questions[0].answers[0] +
                               ". Remember it. " + passkey.questions[0].answers[0] +
                               " is the pass key.";
    // The longest sentence has 67 bytes, so that half of one is about 0.015 of the haystack; one
    // more may have lost its beginning.
    CHECK(std::abs(depth_of(tokenizer->decode(passkey.context), hidden, "Text:") - depth) < 0.04);

    const auto lookup = make_sample({"lookup"}, {3000, depth, 7}, *tokenizer);
    const std::string question = tokenizer->decode(lookup.questions[0].ids);
    const std::string key = question.substr(question.find(" code ") + 6, 6);
    const std::string line = "\n" + key + ": " + lookup.questions[0].answers[0];
    CHECK(std::abs(depth_of(tokenizer->decode(lookup.context), line, "List:") - depth) < 0.04);
  }
}

TEST_CASE("samples that differ in depth hold the same sentences") {
  const auto tokenizer = small_tokenizer();
  for (const SampleKind& kind : {SampleKind{"passkey"}, SampleKind{"needle", {.keys = 3}},
                                 SampleKind{"lookup"}, SampleKind{"associative_recall"}}) {
    INFO(kind.task);
    auto first = make_sample(kind, {1900, 0.0, 5}, *tokenizer);
    auto last = make_sample(kind, {1900, 1.0, 5}, *tokenizer);
    CHECK(first.context != last.context);
    CHECK(first.questions[0].ids == last.questions[0].ids);
    std::sort(first.context.begin(), first.context.end());
    std::sort(last.context.begin(), last.context.end());
    CHECK(first.context == last.context);
  }
}

/// A chat format, as far as a sample uses it.
ChatFormat angle_brackets(bool trims) {
  ChatFormat chat;
  chat.before = "<user>";
  chat.after = "<answer>";
  chat.trims = trims;
  return chat;
}

TEST_CASE("evidence is every token of the context that spells an answer") {
  const auto tokenizer = small_tokenizer();
  for (const SampleKind& kind : sample_kinds()) {
    for (uint64_t seed = 0; seed < 4; ++seed) {
      INFO(kind.task << ", seed " << seed);
      PromptFrame frame;
      frame.bos = {65};
      const auto sample =
          make_sample(kind, {1600, static_cast<double>(seed) / 3.0, seed}, *tokenizer, frame);
      // Where tokens begin in the text; an answer stands nowhere but in statements.
      std::vector<size_t> begins;
      std::string text;
      for (const int64_t id : sample.context) {
        begins.push_back(text.size());
        text += tokenizer->decode({&id, 1});
      }
      begins.push_back(text.size());
      for (const auto& question : sample.questions) {
        std::set<int64_t> expected;
        for (const std::string& answer : question.answers) {
          for (size_t at = text.find(answer); at != std::string::npos;
               at = text.find(answer, at + 1)) {
            for (size_t token = 0; token + 1 < begins.size(); ++token) {
              if (begins[token] < at + answer.size() && begins[token + 1] > at) {
                expected.insert(static_cast<int64_t>(token));
              }
            }
          }
        }
        REQUIRE(!expected.empty());
        if (!task_named(kind.task).has_depth) {
          expected.clear();  // The whole list is what is asked about.
        }
        CHECK(question.evidence == std::vector<int64_t>(expected.begin(), expected.end()));
      }
    }
  }
}

TEST_CASE("the frame stands around context and question, and announces what is asked") {
  const auto tokenizer = small_tokenizer();
  const ChatFormat chat = angle_brackets(false);
  PromptFrame frame;
  frame.bos = {65, 66};
  frame.chat = &chat;
  frame.announcement = "You will be asked: {question}";
  const SampleChoice choice = {1500, 0.5, 1};
  const auto sample = make_sample({"lookup", {.questions = 2}}, choice, *tokenizer, frame);
  CHECK(has_length(sample, choice));
  const std::string context = tokenizer->decode(sample.context);
  const std::string question = tokenizer->decode(sample.questions[1].ids);
  const std::string asked = question.substr(2, question.find('?') - 1);
  CHECK(context.starts_with("AB<user>You will be asked: What is the number of the code "));
  CHECK(context.find("You will be asked: " + asked + "\n\nBelow is a list") != std::string::npos);
  CHECK(question == "\n\n" + asked + "<answer>" + asked.substr(asked.size() - 7, 6) + ":");
}

TEST_CASE("a format that trims messages writes none of the blanks at their ends") {
  const auto tokenizer = small_tokenizer();
  const ChatFormat plain = angle_brackets(false);
  const ChatFormat trimming = angle_brackets(true);
  PromptFrame frame;
  frame.chat = &plain;
  const SampleChoice choice = {1500, 0.5, 1};
  frame.announcement = " \n Learn: {question}";
  // There is an answer to complete, and no question.
  const auto whole = make_sample({"associative_recall"}, choice, *tokenizer, frame);
  frame.chat = &trimming;
  const auto trimmed = make_sample({"associative_recall"}, choice, *tokenizer, frame);
  CHECK(tokenizer->decode(whole.context).starts_with("<user> \n Learn:"));
  CHECK(tokenizer->decode(trimmed.context).starts_with("<user>Learn:"));
  CHECK(tokenizer->decode(whole.questions[0].ids).starts_with("\n\n<answer>"));
  CHECK(tokenizer->decode(trimmed.questions[0].ids).starts_with("<answer>"));
  CHECK(has_length(trimmed, choice));
}

TEST_CASE("a length that does not hold the task is an error that says what would") {
  const auto tokenizer = small_tokenizer();
  // The instruction has 73 bytes, of which "the" with its blank and "in" are one token each ...
  const auto message = input_error([&] { make_sample({"passkey"}, {100, 0.5, 1}, *tokenizer); });
  CHECK(
      message.starts_with("100 tokens are too few: instruction, statements, question and the 20 "
                          "tokens of the answer take "));
  const size_t at = message.find("take ") + 5;
  const int64_t least = std::stoll(message.substr(at));
  const SampleChoice choice = {least, 0.5, 1};
  CHECK(has_length(make_sample({"passkey"}, choice, *tokenizer), choice));
  CHECK(input_error([&] {
          make_sample({"passkey"}, {least - 1, 0.5, 1}, *tokenizer);
        }) != "no error");
  CHECK(input_error([&] {
          make_sample({"frequent_words"}, {330, 0.5, 1}, *tokenizer);
        }) ==
        "330 tokens are too few: the words on places 3 and 4 come equally often in so short a "
        "list");
}

}  // namespace multistate::test::samples_test
