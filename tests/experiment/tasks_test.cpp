// question_answering and summarization, and what they share with multiple_choice, on files of
// tasks, with a tiny model.

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "multistate/base/sha256.h"
#include "multistate/engine/evaluator.h"
#include "multistate/experiment/answer_workload.h"

#include "experiment/tiny_tasks.h"
#include "support/input_error.h"

namespace multistate::test::tasks_test {
namespace {

/// The first row of the plain questions, as the default prompt puts it.
struct PierQuestion {
  std::string context =
      "The ferry office counted 412 crossings in June, 380 in July and 95 in August, when the "
      "caf\xC3\xA9 pier was closed for repairs. Its report proposes a second pier. The council has "
      "not decided.";
  std::string question = "\n\nQuestion: How many crossings were there in July?\nAnswer:";
};

}  // namespace

TEST_CASE("an answer is generated after the prompt, and scored against the row's answers") {
  const Tiny tiny;
  const auto& full = keep_all_setup();
  const std::string none = ", stop: none, max_tokens: 12";
  const auto workload =
      prepare(tiny, "question_answering", options_for("plain/questions.jsonl", none));
  REQUIRE(workload->samples() == 3);
  const auto record = tiny.run(*workload, 0, full);
  CHECK(record.values.at("id") == "pier");
  CHECK(record.values.at("answers") == nlohmann::json::array({"380"}));
  CHECK(record.values.at("exact_match") == 0.0);
  CHECK(record.values.at("answer_tokens") == 12);
  CHECK(record.values.at("cut_off") == 1);
  // What the model says becomes the answer, and is then right.
  const std::string said = record.values.at("answer");
  const TemporaryFolder folder;
  const PierQuestion pier;
  const nlohmann::json row = {{"context", pier.context},
                              {"question", "How many crossings were there in July?"},
                              {"answers", {"something else", said}}};
  write_file(folder / "rows.jsonl", row.dump() + "\n");
  const auto again =
      prepare(tiny, "question_answering",
              fmt::format("{{data: '{}'{}}}", (folder / "rows.jsonl").string(), none));
  const auto repeated = tiny.run(*again, 0, full);
  CHECK(repeated.values.at("answer") == said);
  CHECK(repeated.values.at("exact_match") == 1.0);
  CHECK(repeated.values.at("f1") == 1.0);
}

TEST_CASE(
    "the prompt of a sample is its context, or with the question, by what the policy may see") {
  const Tiny tiny;
  const PierQuestion pier;
  const int64_t context = tokens_of(tiny, pier.context);
  const int64_t question = tokens_of(tiny, pier.question);
  const auto unseen =
      prepare(tiny, "question_answering", options_for("plain/questions.jsonl", ", max_tokens: 5"));
  CHECK(unseen->length(0).prompt == context);
  CHECK(unseen->length(0).tokens == context + question + 5);
  const auto seen =
      prepare(tiny, "question_answering",
              options_for("plain/questions.jsonl", ", max_tokens: 5, question: seen"));
  CHECK(seen->length(0).prompt == context + question);
  CHECK(seen->length(0).tokens == context + question + 5);
}

TEST_CASE("answers to rows of one's own end at a line break, others where the model ends them") {
  AnswerTaskOptions options;
  const std::vector<std::string> line = {"\n"};
  CHECK(options.stops(Purpose::kAnswer) == line);
  CHECK(options.stops(Purpose::kSummary).empty());
  options.format = "zeroscrolls";
  CHECK(options.stops(Purpose::kAnswer).empty());
  options.stop = AnswerTaskOptions::Stop::kLine;
  CHECK(options.stops(Purpose::kAnswer) == line);
  options.format = "plain";
  options.stop = AnswerTaskOptions::Stop::kNone;
  CHECK(options.stops(Purpose::kAnswer).empty());
}

TEST_CASE("what is cut off a prompt is counted in the data, in the sample and in the metrics") {
  const Tiny tiny;
  const std::string sample = "zeroscrolls/qasper.jsonl";
  const auto whole =
      prepare(tiny, "question_answering", options_for(sample, ", format: zeroscrolls"));
  const int64_t prompt = whole->length(0).tokens - 128;  // The published room for an answer.
  CHECK(whole->data_report().at("truncated_rows") == 0);
  CHECK(whole->data_report().at("prompt_tokens") == prompt);
  const auto cut = prepare(tiny, "question_answering",
                           options_for(sample, fmt::format(", format: zeroscrolls, max_tokens: 4, "
                                                           "context_length: {}",
                                                           prompt + 4 - 20)));
  CHECK(cut->length(0).tokens == prompt + 4 - 20);
  const int64_t separator = tokens_of(tiny, "... [The rest of the article is left out]\n\n");
  const auto report = cut->data_report();
  CHECK(report.at("truncation") == "end");
  CHECK(report.at("truncated_rows") == 1);
  CHECK(report.at("rows") == 1);
  // 20 tokens too many, and room for the separator; tokens may join where the question begins.
  CHECK(std::abs(report.at("removed_tokens").get<int64_t>() - (20 + separator)) <= 2);
  const auto record = tiny.run(*cut, 0, keep_all_setup());
  CHECK(record.values.at("truncated") == 1);
  CHECK(record.values.at("removed_tokens") == report.at("removed_tokens"));
  const auto metrics = cut->summarize(std::vector{record}).metrics;
  CHECK(metrics.at("truncated").value == 1.0);
  CHECK(metrics.at("removed_tokens").value == report.at("removed_tokens").get<double>());
}

TEST_CASE("the rule for prompts that are too long is the format's, or the one that is asked for") {
  const Tiny tiny;
  const auto error = [&](const std::string& sample, const std::string& more) {
    return input_error([&] {
      prepare(tiny, "question_answering",
              options_for(sample, ", context_length: 100, max_tokens: 4" + more));
    });
  };
  CHECK_THAT(error("plain/questions.jsonl", ""),
             ContainsSubstring("plain/questions.jsonl:1: the prompt has "));
  CHECK_THAT(error("plain/questions.jsonl", ""),
             ContainsSubstring("and experiment.context_length leaves 96 for it"));
  CHECK_THAT(error("ruler/vt/validation.jsonl", ", format: ruler"),
             ContainsSubstring("say with experiment.truncation what goes"));
  const auto cut = prepare(tiny, "question_answering",
                           options_for("plain/questions.jsonl",
                                       ", context_length: 150, max_tokens: 4, truncation: middle"));
  CHECK(cut->data_report().at("truncation") == "middle");
  CHECK(cut->data_report().at("truncated_rows") == 3);
  const auto longbench =
      prepare(tiny, "question_answering",
              options_for("longbench/data/hotpotqa.jsonl",
                          ", format: longbench, context_length: 170, max_tokens: 4"));
  CHECK(longbench->data_report().at("truncation") == "middle");
  CHECK(longbench->length(0).tokens == 170);
}

TEST_CASE("a BOS token stands before the prompt when it is asked for") {
  const Tiny tiny;
  const std::string sample = "plain/questions.jsonl";
  const auto bare = prepare(tiny, "question_answering", options_for(sample));
  const auto with_bos = prepare(tiny, "question_answering", options_for(sample, ", add_bos: true"));
  CHECK(with_bos->length(0).prompt == bare->length(0).prompt + 1);
}

TEST_CASE("rows are taken from the first on, and all are checked") {
  const Tiny tiny;
  const auto two =
      prepare(tiny, "question_answering", options_for("plain/questions.jsonl", ", max_samples: 2"));
  CHECK(two->samples() == 2);
  CHECK(two->data_report().at("rows") == 3);
  CHECK(two->data_report().at("rows_used") == 2);
  CHECK(
      prepare(tiny, "question_answering", options_for("plain/questions.jsonl", ", max_samples: 9"))
          ->samples() == 3);
}

TEST_CASE("scores are means over samples, and ROUGE has a geometric mean over those") {
  const Tiny tiny;
  const auto workload =
      prepare(tiny, "summarization", options_for("plain/summaries.jsonl", ", max_tokens: 4"));
  const auto record = [](double one, double two, double longest) {
    SampleRecord made;
    made.values = {{"rouge1", one},        {"rouge2", two},      {"rougeL", longest},
                   {"rougeLsum", longest}, {"answer_tokens", 4}, {"cut_off", 1},
                   {"truncated", 0},       {"removed_tokens", 0}};
    return made;
  };
  std::vector records = {record(0.5, 0.1, 0.4), record(0.7, 0.3, 0.4)};
  records[0].values["document"] = "one";
  records[1].values["document"] = "other";
  const auto metrics = workload->summarize(records).metrics;
  CHECK(metrics.at("rouge1").value == approx(0.6));
  CHECK(*metrics.at("rouge1").standard_error == approx(0.1));
  CHECK(metrics.at("rouge1").higher_is_better);
  CHECK(metrics.at("rouge2").value == approx(0.2));
  // Of the means, not the mean of the samples' own.
  CHECK(metrics.at("rouge_geometric_mean").value == approx(std::cbrt(0.6 * 0.2 * 0.4)));
  CHECK(!metrics.at("rouge_geometric_mean").samples);
  CHECK(metrics.at("cut_off").value == 1.0);
  CHECK(!metrics.at("cut_off").higher_is_better);
}

TEST_CASE("rows that ask about the same text are one observation of the standard error") {
  const Tiny tiny;
  const TemporaryFolder folder;
  std::string lines;
  for (const auto& [text, question] : {std::pair("A text.", "Who?"), std::pair("A text.", "Why?"),
                                       std::pair("Another.", "Who?")}) {
    const nlohmann::json row = {
        {"context", text}, {"question", question}, {"choices", {"x", "y"}}, {"answer", 0}};
    lines += row.dump() + "\n";
  }
  write_file(folder / "rows.jsonl", lines);
  const auto workload = prepare(tiny, "multiple_choice",
                                fmt::format("{{data: '{}'}}", (folder / "rows.jsonl").string()));
  CHECK(workload->resampling().unit == "document");
  REQUIRE(workload->resampling().key == "document");
  std::vector<SampleRecord> records;
  for (int64_t sample = 0; sample < 3; ++sample) {
    records.push_back(tiny.run(*workload, sample, keep_all_setup()));
    records.back().values["accuracy"] = sample == 1 ? 0 : 1;
  }
  CHECK(records[0].values.at("document") == sha256_hex("A text.").substr(0, 16));
  CHECK(records[0].values.at("document") == records[1].values.at("document"));
  CHECK(records[0].values.at("document") != records[2].values.at("document"));
  const auto metric = workload->summarize(records).metrics.at("accuracy");
  // Of 1 of 2 and 1 of 1: R = 2 / 3; d = -1/3, 1/3; sqrt(2/9 / 2) / 1.5.
  CHECK(metric.value == approx(2.0 / 3.0));
  CHECK(metric.clusters == 2);
  CHECK(*metric.standard_error == approx(1.0 / 3.0 / 1.5));
}

TEST_CASE("LongBench's summaries have its own ROUGE, and no geometric mean") {
  const Tiny tiny;
  const auto workload =
      prepare(tiny, "summarization",
              options_for("longbench/data/qmsum.jsonl",
                          fmt::format(", format: longbench, max_tokens: 4, templates: '{}'",
                                      sample_file("longbench/config").string())));
  const auto record = tiny.run(*workload, 0, keep_all_setup());
  const auto metrics = workload->summarize(std::vector{record}).metrics;
  CHECK(metrics.contains("longbench_rouge_l"));
  CHECK(!metrics.contains("rouge_geometric_mean"));
}

TEST_CASE("where files lie is no part of what is measured") {
  for (const char* name : {"question_answering", "summarization", "multiple_choice"}) {
    const auto experiment = experiment_of(name, options_for("plain/questions.jsonl"));
    CHECK(experiment->path_options() == std::vector<std::string>{"data", "templates"});
    CHECK(experiment->context_length() == 4096);
  }
}

TEST_CASE("options that say nothing, or the wrong thing, are refused") {
  const auto error = [](const std::string& yaml) {
    return input_error([&] { experiment_of("question_answering", yaml); });
  };
  CHECK(error("{}") == "here:1:1: experiment.data: is missing; a file with one JSON object a line");
  CHECK_THAT(error("{data: nowhere.jsonl}"),
             ContainsSubstring("experiment.data: 'nowhere.jsonl' is no file; expected one with one "
                               "JSON object a line"));
  CHECK_THAT(error("{data: /tmp}"), ContainsSubstring("experiment.data: '/tmp' is no file"));
  CHECK_THAT(error(options_for("plain/questions.jsonl", ", format: scrolls")),
             ContainsSubstring("experiment.format: "));
  CHECK_THAT(error(options_for("plain/questions.jsonl", ", task: qasper")),
             ContainsSubstring("experiment.task: has no meaning for the format plain"));
  CHECK_THAT(error(options_for("plain/questions.jsonl", ", templates: x")),
             ContainsSubstring("experiment.templates: has no meaning for the format plain"));
  CHECK_THAT(error(options_for("ruler/vt/validation.jsonl", ", format: ruler, prompt: x")),
             ContainsSubstring("experiment.prompt: has no meaning for the format ruler"));
  CHECK_THAT(error(options_for("longbench/data/qasper.jsonl",
                               ", format: longbench, prompt: '{context}', templates: x")),
             ContainsSubstring("experiment.prompt: experiment.templates brings another one"));
  CHECK_THAT(error(options_for("plain/questions.jsonl", ", template: chat, add_bos: true")),
             ContainsSubstring("experiment.add_bos: the chat format decides on the BOS token"));
  CHECK_THAT(error(options_for("plain/questions.jsonl", ", max_tokens: -1")),
             ContainsSubstring("experiment.max_tokens: "));
}

TEST_CASE("by_model asks in the chat format of a model that has a template, else plainly") {
  const auto report = [](const Tokenizer& tokenizer, const std::string& dress) {
    const auto options = options_for("plain/questions.jsonl", ", template: " + dress);
    return experiment_of("question_answering", options)->prepare(tokenizer)->data_report();
  };
  const Tiny tiny;
  CHECK(report(*tiny.tokenizer, "by_model") == report(*tiny.tokenizer, "plain"));
  const TemporaryFolder folder;
  GgufWriter writer = tiny_gguf({});
  auto tokens = tiny_tokens();
  tokens.back() = "<|im_end|>";  // The special one.
  writer.set("tokenizer.ggml.tokens", gguf_texts(tokens));
  writer.set("tokenizer.chat_template",
             gguf_text("{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
                       "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if "
                       "add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"));
  write_file(folder / "model.gguf", writer.bytes());
  const auto chat = Tokenizer::make(ModelFile::open(folder / "model.gguf")->tokenizer());
  const auto asked = report(*chat, "by_model");
  CHECK(asked == report(*chat, "chat"));
  CHECK(asked.at("chat").is_string());
  CHECK(asked.at("prompt_tokens") > report(*chat, "plain").at("prompt_tokens"));
  // A BOS token that the chat format decides on is not asked for in vain.
  CHECK_THAT(input_error([&] { report(*chat, "by_model, add_bos: true"); }),
             ContainsSubstring("experiment.add_bos: the chat format decides on the BOS token"));
}

TEST_CASE("a context too short for an answer, and a chat without a format, are refused") {
  const Tiny tiny;
  const auto error = [&](const std::string& more) {
    return input_error(
        [&] { prepare(tiny, "question_answering", options_for("plain/questions.jsonl", more)); });
  };
  CHECK_THAT(
      error(", context_length: 64"),
      ContainsSubstring("questions.jsonl:1: experiment.context_length (64) leaves no token "
                        "for the prompt: the answer and what stands around the prompt take 64"));
  CHECK_THAT(error(", template: chat"), ContainsSubstring("experiment.template: chat: "));
  CHECK_THAT(
      error(", prompt: 'no place'"),
      ContainsSubstring("experiment.prompt: the prompt has {context} 0 times; expected once"));
}

}  // namespace multistate::test::tasks_test
