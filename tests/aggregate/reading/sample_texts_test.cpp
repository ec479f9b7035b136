#include "aggregate/reading/sample_texts.h"

#include <fstream>

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::sample_texts_test {
namespace {

using aggregate::Cell;
using aggregate::sample_texts;
using nlohmann::json;

/// A cell whose samples.jsonl holds such "values".
Cell cell_of(const TemporaryFolder& folder, const std::vector<json>& values) {
  Cell cell;
  cell.folder = folder.path();
  cell.samples["accuracy"] = {{0, 1.0, 1.0}};
  std::ofstream stream(cell.folder / "samples.jsonl");
  int sample = 0;
  for (const json& one : values) {
    stream << json{{"sample", sample++}, {"values", one}} << '\n';
  }
  return cell;
}

}  // namespace

TEST_CASE("texts of samples are what was asked and answered, and nothing else") {
  const TemporaryFolder folder;
  const Cell cell =
      cell_of(folder, {{{"prompt", "Say <b>"}, {"text", "\"a\"\n"}, {"ids", {1, 2}}, {"found", 1}},
                       {{"outputs", {"1", "2"}}, {"expected", {{"3"}}}, {"answers", 4}}});
  CHECK(sample_texts(cell) ==
        json{{{"sample", 0}, {"prompt", "Say <b>"}, {"text", "\"a\"\n"}},
             {{"sample", 1}, {"outputs", {"1", "2"}}, {"expected", {{"3"}}}}});
}

TEST_CASE("a long text is cut between two characters") {
  const TemporaryFolder folder;
  // A character of two bytes lies over the limit of 1,000.
  const Cell cell = cell_of(folder, {{{"text", std::string(999, 'x') + "\u00e9" + "yz"},
                                      {"prompt", std::string(1000, 'p')}},
                                     {{"outputs", {std::string(2000, 'o')}}}});
  const json texts = sample_texts(cell);
  CHECK(texts[0]["text"] == std::string(999, 'x') + "...");
  CHECK(texts[0]["prompt"] == std::string(1000, 'p'));
  CHECK(texts[1]["outputs"] == "[\"" + std::string(998, 'o') + "...");
}

TEST_CASE("ten samples are enough; a cell without texts or checked samples has none") {
  const TemporaryFolder folder;
  CHECK(sample_texts(cell_of(folder, std::vector<json>(12, {{"text", "t"}}))).size() == 10);
  CHECK(sample_texts(cell_of(folder, {{{"nll_sum", 3.0}, {"document", "a.txt"}}})).empty());
  Cell unchecked = cell_of(folder, {{{"text", "t"}}});
  unchecked.samples.clear();
  CHECK(sample_texts(unchecked).empty());
  std::filesystem::remove(unchecked.folder / "samples.jsonl");
  unchecked.samples["accuracy"] = {{0, 1.0, 1.0}};
  CHECK_THAT(input_error([&] { sample_texts(unchecked); }),
             ContainsSubstring("samples.jsonl: cannot be read"));
}

}  // namespace multistate::test::sample_texts_test
