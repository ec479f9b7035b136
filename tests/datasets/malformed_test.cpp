// Files that are wrong in one way each: the message names file, line and field.

#include <fstream>

#include <nlohmann/json.hpp>

#include "multistate/datasets/task_format.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/sample_file.h"
#include "support/temporary_folder.h"

namespace multistate::test::malformed_test {
namespace {

using Json = nlohmann::json;

/// A sample and a change of its last line.
struct Malformed {
  std::string sample;
  std::string change;    ///< A JSON merge patch: null removes a field.
  std::string message;   ///< After file and line.
  bool is_line = false;  ///< `change` is the line itself.
};

std::string read_error(const Malformed& bad, const std::filesystem::path& folder, Purpose purpose) {
  const std::string format = bad.sample.substr(0, bad.sample.find('/'));
  std::vector<std::string> lines;
  std::ifstream sample(sample_file(bad.sample));
  for (std::string line; std::getline(sample, line);) {
    lines.push_back(line);
  }
  if (bad.is_line) {
    lines.back() = bad.change;
  } else {
    Json row = Json::parse(lines.back());
    row.merge_patch(Json::parse(bad.change));
    lines.back() = row.dump();
  }
  const auto path = folder / std::filesystem::path(bad.sample).filename();
  std::ofstream stream(path);
  for (const std::string& line : lines) {
    stream << line << '\n';
  }
  stream.close();
  const TaskReadOptions options = {.data = path,
                                   .purpose = purpose,
                                   .task = format == "ruler" ? "vt" : "",
                                   .prompt = "{context} {question}",
                                   .templates = ""};
  const auto error = input_error([&] {
    for (const TaskFormat& candidate : task_formats()) {
      if (candidate.name == format) {
        candidate.read(options);
      }
    }
  });
  const auto place = path.string() + ":" + std::to_string(lines.size()) + ": ";
  return error.starts_with(place) ? error.substr(place.size()) : error;
}

const std::string kUnframed =
    "expected a question in its last line; a row that was made with a chat template (RULER's "
    "model_template_type) ends in that: make it with `base`, and set experiment.template: chat";

const std::vector<Malformed> kQuestions = {
    {"plain/questions.jsonl", "", "the line is empty; expected a JSON object", true},
    {"plain/questions.jsonl", "{\"context\": ", "is not valid JSON (at byte 13)", true},
    {"plain/questions.jsonl", "[1]", "is '[1]'; expected a JSON object", true},
    {"plain/questions.jsonl", R"({"id": "1", "id": "2"})", "the key 'id' appears twice", true},
    {"plain/questions.jsonl", R"({"context": null})", "the key 'context' is missing"},
    {"plain/questions.jsonl", R"({"context": 5})", "'context' is '5'; expected a string"},
    {"plain/questions.jsonl", R"({"question": null})", "the key 'question' is missing"},
    {"plain/questions.jsonl", R"({"question": ["x"]})",
     "'question' is '[\"x\"]'; expected a string"},
    {"plain/questions.jsonl", R"({"answers": null})", "the key 'answers' is missing"},
    {"plain/questions.jsonl", R"({"answers": "sand"})",
     "'answers' is '\"sand\"'; expected a list of strings"},
    {"plain/questions.jsonl", R"({"answers": ["sand", 3]})",
     "'answers' is '[\"sand\",3]'; expected a list of strings"},
    {"plain/questions.jsonl", R"({"answers": []})",
     "'answers' is '[]'; expected one string or more, none empty"},
    {"plain/questions.jsonl", R"({"answers": [""]})",
     "'answers' is '[\"\"]'; expected one string or more, none empty"},
    {"plain/questions.jsonl", R"({"anwsers": ["x"]})",
     "unknown key 'anwsers'; did you mean 'answers'?"},
    {"plain/questions.jsonl", R"({"id": 7})", "'id' is '7'; expected a string"},
    {"plain/questions.jsonl", R"({"id": "pier"})", "'id' 'pier' is that of an earlier row"},
    {"zeroscrolls/qasper.jsonl", R"({"output": null})", "the key 'output' is missing"},
    {"zeroscrolls/qasper.jsonl", R"({"output": 12})", "'output' is '12'; expected a string"},
    {"zeroscrolls/qasper.jsonl", R"({"pid": null})", "the key 'pid' is missing"},
    {"zeroscrolls/qasper.jsonl", R"({"query_start_index": "4"})",
     "'query_start_index' is '\"4\"'; expected an integer"},
    {"zeroscrolls/qasper.jsonl", R"({"query_start_index": 3})",
     "'query_start_index' is '3'; expected an index of a character of the input, 242 to 292"},
    {"zeroscrolls/qasper.jsonl", R"({"query_end_index": 293})",
     "'query_end_index' is '293'; expected an index of a character of the input, 244 to 292"},
    {"zeroscrolls/qasper.jsonl", R"({"document_start_index": -1})",
     "'document_start_index' is '-1'; expected an index of a character of the input, 0 to 292"},
    {"zeroscrolls/qasper.jsonl", R"({"truncation_seperator": null})",
     "the key 'truncation_seperator' is missing"},
    {"zeroscrolls/qasper.jsonl", R"({"truncation_separator": "x"})",
     "unknown key 'truncation_separator'; did you mean 'truncation_seperator'?"},
    {"zeroscrolls/musique.jsonl", R"({"inner_docs_start_indices": [1, "2"]})",
     "'inner_docs_start_indices' is '[1,\"2\"]'; expected a list of integers"},
    {"zeroscrolls/quality.jsonl", R"({"output": "sand"})",
     "'output' is 'sand'; expected an answer with one of the letters A to D"},
    {"zeroscrolls/space_digest.jsonl", R"({"output": "most"})",
     "'output' is 'most'; expected a number with a per cent sign"},
    {"zeroscrolls/book_sum_sort.jsonl", R"({"output": "2, 2"})",
     "'output' is '2, 2'; expected two different numbers or more, in order"},
    {"longbench/data/narrativeqa.jsonl", R"({"_id": null})", "the key '_id' is missing"},
    {"longbench/data/narrativeqa.jsonl", R"({"_id": "narrativeqa-0001"})",
     "'_id' is '\"narrativeqa-0001\"'; expected one that no earlier row has"},
    {"longbench/data/narrativeqa.jsonl", R"({"length": "long"})",
     "'length' is '\"long\"'; expected an integer"},
    {"longbench/data/narrativeqa.jsonl", R"({"length": -1})",
     "'length' is '-1'; expected an integer, 0 or more"},
    {"longbench/data/narrativeqa.jsonl", R"({"answers": []})",
     "'answers' is '[]'; expected one string or more"},
    {"longbench/data/narrativeqa.jsonl", R"({"dataset": "qasper"})",
     "'dataset' is '\"qasper\"'; expected 'narrativeqa', as in the first line"},
    {"longbench/data/narrativeqa.jsonl", R"({"dataset": "dureader", "language": "zh"})",
     "'dataset' is '\"dureader\"'; expected an English task; scores of Chinese ones need a "
     "segmenter of words"},
    {"longbench/data/narrativeqa.jsonl", R"({"question": "?"})",
     "unknown key 'question'; known: input, context, answers, length, dataset, language, "
     "all_classes, _id"},
    {"longbench/data/hotpotqa.jsonl", R"({"dataset": "hotpot"})",
     "there is no task 'hotpot'; one of: narrativeqa, qasper, multifieldqa_en, hotpotqa, "
     "2wikimqa, musique, gov_report, qmsum, multi_news, trec, triviaqa, samsum, passage_count, "
     "passage_retrieval_en, lcc, repobench-p"},
    {"longbench/data/trec.jsonl", R"({"all_classes": null})",
     "'answers' is 'Person'; expected one of all_classes"},
    {"longbench/data/trec.jsonl", R"({"all_classes": "Person"})",
     "'all_classes' is '\"Person\"'; expected a list of strings"},
    {"longbench/data/passage_retrieval_en.jsonl", R"({"answers": ["3"]})",
     "'answers' is '3'; expected 'Paragraph' and a number"},
    {"ruler/vt/validation.jsonl", R"({"index": null})", "the key 'index' is missing"},
    {"ruler/vt/validation.jsonl", R"({"index": 1.5})", "'index' is '1.5'; expected an integer"},
    {"ruler/vt/validation.jsonl", R"({"input": "no break"})",
     "'input' is '\"no break\"'; expected a text with a line break before its question"},
    {"ruler/vt/validation.jsonl", R"({"input": "a\nb?<|im_end|>\n<|im_start|>assistant\n"})",
     R"('input' is '"a\nb?<|im_end|>\n<|im_start|>assistant\n"'; )" + kUnframed},
    {"ruler/vt/validation.jsonl", R"({"input": "a\nb?</s>\n<|assistant|>"})",
     R"('input' is '"a\nb?</s>\n<|assistant|>"'; )" + kUnframed},
    {"ruler/vt/validation.jsonl", R"({"outputs": "QRSTU"})",
     "'outputs' is '\"QRSTU\"'; expected a list of strings"},
    {"ruler/vt/validation.jsonl", R"({"outputs": []})",
     "'outputs' is '[]'; expected one string or more"},
    {"ruler/vt/validation.jsonl", R"({"answer_prefix": 1})",
     "'answer_prefix' is '1'; expected a string"},
    {"ruler/vt/validation.jsonl", R"({"others": {}})",
     "unknown key 'others'; known: index, input, outputs, length, length_w_model_temp, "
     "answer_prefix, token_position_answer"},
};

const std::vector<Malformed> kChoices = {
    {"plain/choices.jsonl", R"({"choices": null})", "the key 'choices' is missing"},
    {"plain/choices.jsonl", R"({"answer": null})", "the key 'answer' is missing"},
    {"plain/choices.jsonl", R"({"answer": "1987"})", "'answer' is '\"1987\"'; expected an integer"},
    {"plain/choices.jsonl", R"({"answer": 2})",
     "'answer' is '2'; expected the place of a choice, 0 to 1"},
    {"plain/choices.jsonl", R"({"answer": -1})",
     "'answer' is '-1'; expected the place of a choice, 0 to 1"},
    {"plain/choices.jsonl", R"({"choices": ["1987"]})",
     "'choices' is '[\"1987\"]'; expected two strings or more, all different and none empty"},
    {"plain/choices.jsonl", R"({"choices": ["a", "a"]})",
     "'choices' is '[\"a\",\"a\"]'; expected two strings or more, all different and none empty"},
};

}  // namespace

TEST_CASE("what is wrong in a file of questions is named by file, line and field") {
  const TemporaryFolder folder;
  for (const Malformed& bad : kQuestions) {
    CAPTURE(bad.sample, bad.change);
    CHECK(read_error(bad, folder.path(), Purpose::kAnswer) == bad.message);
  }
}

TEST_CASE("what is wrong in a file of choices is named by file, line and field") {
  const TemporaryFolder folder;
  for (const Malformed& bad : kChoices) {
    CAPTURE(bad.sample, bad.change);
    CHECK(read_error(bad, folder.path(), Purpose::kChoice) == bad.message);
  }
}

TEST_CASE("the split of ZeroSCROLLS that is published without answers is refused with the reason") {
  const TemporaryFolder folder;
  std::ifstream sample(sample_file("zeroscrolls/quality.jsonl"));
  Json row = Json::parse(sample);
  row["output"] = nullptr;
  const auto path = folder / "quality.jsonl";
  std::ofstream(path) << row.dump() << '\n';
  CHECK(input_error([&] { read_zeroscrolls({.data = path}); }) ==
        path.string() +
            ":1: 'output' is 'null'; expected a string; answers are published for the split "
            "'validation' only");
}

TEST_CASE("rows of ZeroSCROLLS with one id have one input") {
  const TemporaryFolder folder;
  std::ifstream sample(sample_file("zeroscrolls/narrative_qa.jsonl"));
  std::string first;
  std::string second;
  std::getline(sample, first);
  std::getline(sample, second);
  Json row = Json::parse(second);
  row["input"] = row["input"].get<std::string>() + " ";
  const auto path = folder / "narrative_qa.jsonl";
  std::ofstream(path) << first << '\n' << row.dump() << '\n';
  CHECK(input_error([&] { read_zeroscrolls({.data = path}); }) ==
        path.string() + ":2: 'input' is not that of " + path.string() +
            ":1, which has the same id 'narrative_qa-1'");
}

TEST_CASE("a file without lines, without a task's name, or of another experiment is refused") {
  const TemporaryFolder folder;
  const auto path = folder / "rows.jsonl";
  std::ofstream(path).close();
  CHECK(input_error([&] { read_plain({.data = path, .prompt = "{context}"}); }) ==
        path.string() + ": the file is empty; expected JSON objects, one a line");
  CHECK_THAT(input_error([&] { read_zeroscrolls({.data = path}); }),
             ContainsSubstring(": neither the file's name nor its folder's is that of a task; set "
                               "experiment.task, one of: gov_report, summ_screen_fd,"));
  CHECK_THAT(input_error([&] { read_ruler({.data = path, .task = "vtt"}); }),
             ContainsSubstring("experiment.task: there is no task 'vtt'; one of: niah_single_1,"));
  const auto report = sample_file("zeroscrolls/gov_report.jsonl");
  CHECK(input_error([&] { read_zeroscrolls({.data = report}); }) ==
        report.string() +
            ": 'gov_report' is a task of the experiment summarization, not of question_answering");
  const auto hotpot = sample_file("longbench/data/hotpotqa.jsonl");
  CHECK(input_error([&] {
          read_longbench({.data = hotpot, .purpose = Purpose::kChoice, .prompt = "{context}"});
        }) == hotpot.string() +
                  ":1: 'hotpotqa' is a task of the experiment question_answering, not of "
                  "multiple_choice");
}

TEST_CASE("what is wrong in LongBench's config is named by file and key") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& prompts, const std::string& lengths) {
    std::ofstream(folder / "dataset2prompt.json") << prompts;
    std::ofstream(folder / "dataset2maxlen.json") << lengths;
  };
  const auto error = [&] {
    return input_error([&] {
      read_longbench(
          {.data = sample_file("longbench/data/hotpotqa.jsonl"), .templates = folder.path()});
    });
  };
  const auto prompts = (folder / "dataset2prompt.json").string();
  const auto lengths = (folder / "dataset2maxlen.json").string();
  CHECK_THAT(error(), ContainsSubstring(prompts));
  write("{}", "{}");
  CHECK(error() == prompts + ": the key 'hotpotqa' is missing");
  write(R"({"hotpotqa": 1})", "{}");
  CHECK(error() == prompts + ": 'hotpotqa' is '1'; expected a string");
  write(R"({"hotpotqa": "{context}"})", R"({"hotpotqa": 0})");
  CHECK(error() == lengths + ": 'hotpotqa' is '0'; expected an integer, 1 or more");
  write(R"({"hotpotqa": "{input}"})", R"({"hotpotqa": 32})");
  CHECK(error() == prompts + ": 'hotpotqa': the prompt has {context} 0 times; expected once");
}

}  // namespace multistate::test::malformed_test
