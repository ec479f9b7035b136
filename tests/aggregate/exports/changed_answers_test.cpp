#include "aggregate/exports/changed_answers.h"

#include <fstream>

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::changed_answers_test {
namespace {

using namespace aggregate;
using nlohmann::json;

std::optional<std::string> between(const char* a, const char* b,
                                   const std::set<std::string>& skipped = {}) {
  return changed_answer(json::parse(a), json::parse(b), skipped);
}

}  // namespace

TEST_CASE("texts, choices, tokens and the number of answers must be the same") {
  CHECK(between(R"({"text": "a cat"})", R"({"text": "a cat"})") == std::nullopt);
  CHECK(between(R"({"text": "a cat"})", R"({"text": "a dog"})") == "text");
  CHECK(between(R"({"ids": [1, 2, 3]})", R"({"ids": [1, 2, 4]})") == "ids[2]");
  CHECK(between(R"({"ids": [1, 2, 3]})", R"({"ids": [1, 2]})") == "ids");
  CHECK(between(R"({"outputs": [{"text": "7"}]})", R"({"outputs": [{"text": "8"}]})") ==
        "outputs[0].text");
  CHECK(between(R"({"choice": 0})", R"({"choice": 1})") == "choice");
  CHECK(between(R"({"cut": true})", R"({"cut": false})") == "cut");
  CHECK(between(R"({"loss": 1.5})", R"({"loss": "nan"})") == "loss");
}

TEST_CASE("numbers with fractions, new keys and skipped keys are not answers") {
  CHECK(between(R"({"loss": 1.5})", R"({"loss": 1.6})") == std::nullopt);
  CHECK(between(R"({"loss": 2})", R"({"loss": 1.6})") == std::nullopt);
  CHECK(between(R"({"text": "a"})", R"({"text": "a", "more": 1})") == std::nullopt);
  CHECK(between(R"({"bytes": 10})", R"({"bytes": 11})", {"bytes"}) == std::nullopt);
}

TEST_CASE("samples with changed answers are counted, and the first is named") {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return [path = folder / name] { return SampleReader(path, path.string() + ": "); };
  };
  const auto a = write("a", R"({"sample": 0, "values": {"text": "x"}})"
                            "\n"
                            R"({"sample": 1, "values": {"text": "y"}})"
                            "\n"
                            R"({"sample": 2, "values": {"text": "z"}})"
                            "\n");
  const auto b = write("b", R"({"sample": 0, "seconds": 3, "values": {"text": "x"}})"
                            "\n"
                            R"({"sample": 1, "values": {"text": "Y"}})"
                            "\n"
                            R"({"sample": 2, "values": {"text": "Z"}})"
                            "\n");
  const ChangedAnswers changed = changed_answers(a(), b(), {});
  CHECK(changed.samples == 2);
  CHECK(changed.first == 1);
  CHECK(changed.key == "text");
  CHECK(changed_answers(a(), a(), {}).samples == 0);
  const auto torn = write("torn", R"({"sample": 0, "val)"
                                  "\n");
  CHECK_THAT(input_error([&] { changed_answers(a(), torn(), {}); }),
             ContainsSubstring("torn: line 1 is torn, or no JSON"));
}

}  // namespace multistate::test::changed_answers_test
