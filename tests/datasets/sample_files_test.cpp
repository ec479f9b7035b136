// Files in the exact public formats, one a task, their content of our own; scores worked by hand.

#include <cmath>
#include <iterator>

#include "multistate/base/sha256.h"
#include "multistate/datasets/first_line.h"
#include "multistate/datasets/task_format.h"

#include "support/catch.h"
#include "support/sample_file.h"

namespace multistate::test::sample_files_test {
namespace {

/// A prediction for the first row of a file and the scores it gets.
struct Scored {
  std::string file;
  Purpose purpose;
  std::string prediction;
  Scores scores;
};

constexpr double kEpsilon = 1e-8;

/// LongBench's rouge-l of n common words.
double longbench_f(double n, double predicted, double expected) {
  const double p = n / predicted;
  const double r = n / expected;
  return 2.0 * p * r / (p + r + kEpsilon);
}

// F = 2 common / (words of the prediction + words of the answer).
const std::vector<Scored> kZeroScrolls = {
    // the pier was closed in august: 6 words, all of them among the 15; pairs: 4 of 5 among 14; in
    // order: the pier was closed. The one line is the text.
    {"gov_report.jsonl",
     Purpose::kSummary,
     "The pier was closed in August.",
     {{"rouge1", 12.0 / 21.0},
      {"rouge2", 8.0 / 19.0},
      {"rougeL", 8.0 / 21.0},
      {"rougeLsum", 8.0 / 21.0}}},
    {"summ_screen_fd.jsonl",
     Purpose::kSummary,
     "They find a gull.",
     {{"rouge1", 6.0 / 17.0},
      {"rouge2", 4.0 / 15.0},
      {"rougeL", 6.0 / 17.0},
      {"rougeLsum", 6.0 / 17.0}}},
    {"qmsum.jsonl",
     Purpose::kSummary,
     "they buy a boiler",
     {{"rouge1", 8.0 / 12.0},
      {"rouge2", 2.0 / 10.0},
      {"rougeL", 8.0 / 12.0},
      {"rougeLsum", 8.0 / 12.0}}},
    // The second of two answers, 11 words, is nearer.
    {"squality.jsonl",
     Purpose::kSummary,
     "A girl returns with sand",
     {{"rouge1", 10.0 / 16.0},
      {"rouge2", 6.0 / 14.0},
      {"rougeL", 10.0 / 16.0},
      {"rougeLsum", 10.0 / 16.0}}},
    {"qasper.jsonl", Purpose::kAnswer, "Twelve.", {{"f1", 2.0 / 3.0}, {"exact_match", 0.0}}},
    {"narrative_qa.jsonl", Purpose::kAnswer, "girl", {{"f1", 1.0}, {"exact_match", 1.0}}},
    {"quality.jsonl", Purpose::kAnswer, "The answer is C.", {{"accuracy", 1.0}}},
    {"musique.jsonl", Purpose::kAnswer, "bells", {{"f1", 2.0 / 3.0}, {"exact_match", 0.0}}},
    {"space_digest.jsonl",
     Purpose::kAnswer,
     "50% of the reviews",
     {{"exponential_similarity", std::exp2(-2.5)}}},
    // Of 2-3, 2-1 and 3-1 the last one is turned.
    {"book_sum_sort.jsonl", Purpose::kAnswer, "2, 1, 3", {{"concordance_index", 2.0 / 3.0}}},
};

const std::vector<Scored> kLongBench = {
    {"narrativeqa.jsonl", Purpose::kAnswer, "A girl buys it", {{"f1", 0.5}, {"exact_match", 0.0}}},
    {"qasper.jsonl", Purpose::kAnswer, "twelve birds", {{"f1", 2.0 / 3.0}, {"exact_match", 0.0}}},
    {"multifieldqa_en.jsonl", Purpose::kAnswer, "380", {{"f1", 2.0 / 3.0}, {"exact_match", 0.0}}},
    {"hotpotqa.jsonl", Purpose::kAnswer, "sel.", {{"f1", 1.0}, {"exact_match", 1.0}}},
    {"2wikimqa.jsonl", Purpose::kAnswer, "its bells", {{"f1", 2.0 / 3.0}, {"exact_match", 0.0}}},
    {"musique.jsonl", Purpose::kAnswer, "Its bells!", {{"f1", 1.0}, {"exact_match", 1.0}}},
    {"gov_report.jsonl",
     Purpose::kSummary,
     "Crossings fell.",
     {{"longbench_rouge_l", longbench_f(2, 2, 10)}}},
    {"qmsum.jsonl",
     Purpose::kSummary,
     "They buy a boiler.",
     {{"longbench_rouge_l", longbench_f(4, 4, 8)}}},
    // "The" and "the" are two words, "is" is one however often it stands there.
    {"multi_news.jsonl",
     Purpose::kSummary,
     "The lamp is dark.",
     {{"longbench_rouge_l", longbench_f(4, 4, 8)}}},
    {"trec.jsonl",
     Purpose::kAnswer,
     "\nPerson or Place\nType: Number",
     {{"classification_score", 0.5}}},
    {"triviaqa.jsonl", Purpose::kAnswer, "Sel\nPassage:", {{"f1", 1.0}, {"exact_match", 1.0}}},
    {"samsum.jsonl",
     Purpose::kSummary,
     "Tobias has the key.\nDialogue: Ola:",
     {{"longbench_rouge_l", longbench_f(4, 4, 7)}}},
    {"passage_count.jsonl", Purpose::kAnswer, "2 or 3", {{"count_score", 0.5}}},
    {"passage_retrieval_en.jsonl",
     Purpose::kAnswer,
     "It is Paragraph 3.",
     {{"retrieval_score", 1.0}}},
    {"lcc.jsonl", Purpose::kAnswer, "    return totals", {{"edit_similarity", 32.0 / 33.0}}},
    {"repobench-p.jsonl",
     Purpose::kAnswer,
     "# the sum\n    return total\n",
     {{"edit_similarity", 1.0}}},
};

const std::vector<Scored> kRuler = {
    {"niah_single_1", Purpose::kAnswer, " is 4821077.", {{"string_match_all", 1.0}}},
    {"niah_single_2", Purpose::kAnswer, " is 482107.", {{"string_match_all", 0.0}}},
    {"niah_single_3",
     Purpose::kAnswer,
     " 0F8B2C1E-7D3A-4C55-9A10-5B6E1D2F3A4B",
     {{"string_match_all", 1.0}}},
    {"niah_multikey_1", Purpose::kAnswer, " 4821077", {{"string_match_all", 1.0}}},
    {"niah_multikey_2", Purpose::kAnswer, " 1008", {{"string_match_all", 0.0}}},
    {"niah_multikey_3", Purpose::kAnswer, "77aa-88bb", {{"string_match_all", 1.0}}},
    {"niah_multivalue", Purpose::kAnswer, " 11, 22 and 44", {{"string_match_all", 0.75}}},
    {"niah_multiquery", Purpose::kAnswer, " 33", {{"string_match_all", 0.25}}},
    {"vt", Purpose::kAnswer, "QRSTU and MNOPA", {{"string_match_all", 2.0 / 3.0}}},
    {"cwe", Purpose::kAnswer, " 1. Gull 2. lamp", {{"string_match_all", 0.5}}},
    {"fwe", Purpose::kAnswer, " qwe uio", {{"string_match_all", 2.0 / 3.0}}},
    {"qa_1", Purpose::kAnswer, " In Sel.", {{"string_match_part", 1.0}}},
    {"qa_2", Purpose::kAnswer, " for its gulls", {{"string_match_part", 0.0}}},
};

void check_scores(const TaskFile& file, const Scored& expected) {
  REQUIRE(!file.rows.empty());
  const auto text = file.first_line ? first_line(expected.prediction) : expected.prediction;
  const Scores scores = (*file.scorer)(text, file.rows.front().gold);
  REQUIRE(scores.size() == expected.scores.size());
  for (const auto& [name, value] : expected.scores) {
    CAPTURE(name);
    CHECK(scores.at(name) == approx(value));
  }
}

size_t entries_of(const std::filesystem::path& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder),
                                           std::filesystem::directory_iterator()));
}

}  // namespace

TEST_CASE("every task of ZeroSCROLLS is read and scored as published") {
  const auto folder = sample_file("zeroscrolls");
  CHECK(entries_of(folder) == kZeroScrolls.size());
  for (const Scored& expected : kZeroScrolls) {
    CAPTURE(expected.file);
    check_scores(read_zeroscrolls({.data = folder / expected.file, .purpose = expected.purpose}),
                 expected);
  }
}

TEST_CASE("every English task of LongBench is read and scored as published") {
  const auto folder = sample_file("longbench/data");
  CHECK(entries_of(folder) == kLongBench.size());
  for (const Scored& expected : kLongBench) {
    CAPTURE(expected.file);
    check_scores(read_longbench({.data = folder / expected.file,
                                 .purpose = expected.purpose,
                                 .templates = sample_file("longbench/config")}),
                 expected);
  }
}

TEST_CASE("every task of RULER is read and scored as published") {
  CHECK(entries_of(sample_file("ruler")) == kRuler.size());
  for (const Scored& expected : kRuler) {
    CAPTURE(expected.file);
    check_scores(read_ruler({.data = sample_file("ruler") / expected.file / "validation.jsonl",
                             .purpose = expected.purpose}),
                 expected);
  }
}

TEST_CASE("a row of ZeroSCROLLS is cut at its query, counted in characters") {
  const auto file = read_zeroscrolls(
      {.data = sample_file("zeroscrolls/squality.jsonl"), .purpose = Purpose::kSummary});
  CHECK(file.task == "squality");
  CHECK(file.answer_tokens == 512);
  REQUIRE(file.rows.size() == 2);
  const TaskRow& row = file.rows[0];
  // The story has characters of three bytes, so that bytes would cut elsewhere.
  CHECK(row.context.ends_with("with sand in her shoes.\n\n"));
  CHECK(row.question == "Question:\nWhat is the plot of the story?\n\nAnswer:\n");
  CHECK(row.separator == "... [The rest of the story is left out]\n\n");
  CHECK(row.gold.answers.size() == 2);
  CHECK(file.rows[1].id == "squality-2");
  CHECK(file.rows[1].gold.answers.size() == 1);
}

TEST_CASE("a row's document is the text that it asks about, without prompt and question") {
  const auto story = read_plain({.data = sample_file("plain/questions.jsonl"),
                                 .prompt = "Read this: {context}\nQ: {question}\nA:"});
  const std::string boiler =
      "Chair: First the heating.\nOla: The boiler is from 1987, and parts cost more than a new "
      "one.\nChair: So we buy a new one in spring.\nOla: Then the windows can wait.";
  CHECK(story.rows[1].document_sha256 == sha256_hex(boiler));
  const auto gulls = read_zeroscrolls({.data = sample_file("zeroscrolls/qasper.jsonl")});
  CHECK(gulls.rows[0].document_sha256 ==
        sha256_hex("We measure how fast gulls learn to open boxes. Twelve birds were watched for "
                   "nine days. Birds that had seen another bird open a box needed 3 trials on "
                   "average, the others 11."));
  // Two questions on one story.
  for (const auto& rows : {read_zeroscrolls({.data = sample_file("zeroscrolls/squality.jsonl"),
                          .purpose = Purpose::kSummary})
                               .rows,
                           read_longbench({.data = sample_file("longbench/data/narrativeqa.jsonl"),
                           .prompt = "{context} Q: {question}"})
                               .rows}) {
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].question != rows[1].question);
    CHECK(rows[0].document_sha256 == rows[1].document_sha256);
  }
  const auto ruler = read_ruler({.data = sample_file("ruler/vt/validation.jsonl")});
  CHECK(ruler.rows[0].document_sha256 == sha256_hex(ruler.rows[0].context));
}

TEST_CASE("a task of ZeroSCROLLS is known by its file, its folder, or by name") {
  CHECK(read_zeroscrolls({.data = sample_file("zeroscrolls/qasper.jsonl")}).task == "qasper");
  CHECK(read_ruler({.data = sample_file("ruler/qa_1/validation.jsonl")}).task == "qa_1");
  const auto named = read_ruler({.data = sample_file("ruler/qa_1/validation.jsonl"), .task = "vt"});
  CHECK(named.task == "vt");
  CHECK(named.answer_tokens == 30);
}

TEST_CASE("the options of QuALITY are choices by letter") {
  const auto file = read_zeroscrolls(
      {.data = sample_file("zeroscrolls/quality.jsonl"), .purpose = Purpose::kChoice});
  CHECK(file.scorer == nullptr);
  CHECK(file.rows[0].choices == std::vector<std::string>{"(A)", "(B)", "(C)", "(D)"});
  CHECK(file.rows[0].right == 2);
}

TEST_CASE("LongBench's prompts and lengths come from its files") {
  const auto file = read_longbench({.data = sample_file("longbench/data/narrativeqa.jsonl"),
                                    .templates = sample_file("longbench/config")});
  CHECK(file.answer_tokens == 128);
  REQUIRE(file.rows.size() == 2);
  CHECK(file.rows[0].context.starts_with("Here is a story.\n\nStory: Old Ennis"));
  CHECK(file.rows[0].question ==
        "\n\nQuestion: Who buys the smallest map?\nAnswer in a few words:");
  const auto own = read_longbench({.data = sample_file("longbench/data/narrativeqa.jsonl"),
                                   .prompt = "{context} Q: {question}"});
  CHECK(own.answer_tokens == 0);
  CHECK(own.rows[1].question == " Q: What does Ennis sell?");
  CHECK(own.sha256 != file.sha256);
}

TEST_CASE("a row of RULER ends with its question, and the answer with what it begins with") {
  const auto file = read_ruler({.data = sample_file("ruler/vt/validation.jsonl")});
  CHECK(file.rows[0].context.ends_with("VAR BCDEF = VAR MNOPA"));
  CHECK(file.rows[0].question == "\nQuestion: Which variables have the value 41522?");
  CHECK(file.rows[0].answer_start == " Answer: The variables with the value 41522 are: ");
}

TEST_CASE("plain rows have answers, summaries or choices") {
  const std::string prompt = "{context}\nQ: {question}\nA:";
  const auto questions =
      read_plain({.data = sample_file("plain/questions.jsonl"), .prompt = prompt});
  REQUIRE(questions.rows.size() == 3);
  CHECK(questions.rows[0].id == "pier");
  CHECK(questions.rows[2].id == "3");  // Its line.
  CHECK(questions.rows[1].question == "\nQ: From which year is the boiler?\nA:");
  CHECK((*questions.scorer)("1987", questions.rows[1].gold).at("exact_match") == 1.0);
  const auto summaries = read_plain({.data = sample_file("plain/summaries.jsonl"),
                                     .purpose = Purpose::kSummary,
                                     .prompt = "{context}\nIn short:"});
  CHECK(summaries.rows[1].question == "\nIn short:");
  CHECK(summaries.scorer->metrics.front() == "rouge1");
  const auto choices = read_plain(
      {.data = sample_file("plain/choices.jsonl"), .purpose = Purpose::kChoice, .prompt = prompt});
  CHECK(choices.rows[1].choices == std::vector<std::string>{"1978", "1987"});
  CHECK(choices.rows[1].right == 1);
}

}  // namespace multistate::test::sample_files_test
