#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/generation_sweep.h"
#include "support/program.h"
#include "support/real_data.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::generation_test {
namespace {

using nlohmann::json;

std::string refusal(const GenerationSweep& texts, const std::string& experiment,
                    const std::string& rest = "policy: {name: full}\n",
                    const std::string& data = "prompts.txt") {
  const auto run = run_program({"run", texts.file(experiment, rest, data)});
  CHECK(run.exit_code == 2);
  return run.err;
}

}  // namespace

TEST_CASE("texts of a sweep are those of multistate generate, for every policy and sample") {
  const GenerationSweep texts;
  texts.run("max_tokens: 30, temperature: 1.0, top_k: 40, ignore_eos: true",
            GenerationSweep::tova_and_full());
  const auto prompts = std::vector<std::string>{"the tale of", "once", "of the sea and the"};
  for (const std::string policy : {"tova", "full"}) {
    const auto samples = texts.samples(policy);
    REQUIRE(samples.size() == 5);
    for (size_t i = 0; i < prompts.size(); ++i) {
      // The sample's number tells its random numbers from those of others: here the last of as
      // many.
      std::vector<std::string> words = {"generate",
                                        (texts.folder() / "model.gguf").string(),
                                        "--prompt",
                                        prompts[i],
                                        "-n",
                                        "30",
                                        "--temperature",
                                        "1",
                                        "--top-k",
                                        "40",
                                        "--ignore-eos",
                                        "--json",
                                        "--policy",
                                        policy,
                                        "--samples",
                                        std::to_string(i + 1)};
      if (policy == "tova") {
        words.insert(words.end(), {"-k", "8"});
      }
      const auto run = run_program(words);
      INFO(run.err);
      REQUIRE(run.exit_code == 0);
      const auto alone = json::parse(run.out).at("samples").back();
      const auto& values = samples[i].at("values");
      CHECK(values.at("ids") == alone.at("ids"));
      CHECK(values.at("text") == alone.at("text"));
      CHECK(values.at("end") == alone.at("end"));
      CHECK(values.at("prompt") == prompts[i]);
      CHECK(samples[i].at("state").at("peak_rows") == alone.at("rows_peak"));
      CHECK(samples[i].at("tokens") == values.at("prompt_tokens").get<int64_t>() + 29);
    }
  }
}

TEST_CASE("texts do not depend on the batch, the threads, the cells beside them, or on a limit") {
  const GenerationSweep texts;
  const std::string options = "max_tokens: 24, temperature: 0.9, texts: 4, ignore_eos: true";
  texts.run(options, GenerationSweep::tova_and_full(), {"--jobs", "1"});
  const auto tova = values_of(texts.samples("tova"));
  const auto full = values_of(texts.samples("full"));
  REQUIRE(tova.size() == 20);
  for (const char* batch : {", batch: 1", ", batch: 3"}) {
    texts.run(options + batch, GenerationSweep::tova_and_full(), {"--jobs", "3"});
    CHECK(values_of(texts.samples("tova")) == tova);
    CHECK(values_of(texts.samples("full")) == full);
  }
  texts.run(options, "policy: {name: tova}\nstate_size: 8\n", {"--limit", "7"});
  const auto limited = values_of(texts.samples("tova"));
  REQUIRE(limited.size() == 7);
  CHECK(std::equal(limited.begin(), limited.end(), tova.begin()));
}

TEST_CASE("every prompt has its turn, and every text of one is drawn anew") {
  const GenerationSweep texts;
  texts.run("max_tokens: 12, temperature: 1.0, texts: 2, ignore_eos: true",
            "policy: {name: full}\n");
  const auto values = values_of(texts.samples("full"));
  REQUIRE(values.size() == 10);
  for (size_t i = 0; i < 5; ++i) {
    CHECK(values[i].at("prompt_id") == std::to_string(i + 1));
    CHECK(values[i + 5].at("prompt") == values[i].at("prompt"));
    CHECK(values[i + 5].at("ids") != values[i].at("ids"));
  }
}

TEST_CASE("the full cache agrees with itself, and a policy with it until its first eviction") {
  const GenerationSweep texts;
  texts.run("max_tokens: 40, ignore_eos: true",
            "policy: {name: tova}\nsweep: {parameters: {state_size: {values: [8, 200]}}, include: "
            "[{policy.name: full}]}\n");
  const auto metric = [&](const std::string& cell, const char* name) {
    return texts.result(cell).at("metrics").at(name).at("value").get<double>();
  };
  // A state of 200 rows never fills: its texts are the full model's, down to the last count.
  for (const std::string cell : {"full", "tova-200"}) {
    CHECK(metric(cell, "identical") == 1.0);
    CHECK(metric(cell, "common_prefix") == 40.0);
    CHECK(metric(cell, "overlap_4") == 1.0);
    CHECK(values_of(texts.samples(cell)) == values_of(texts.samples("full")));
  }
  CHECK(metric("tova-8", "identical") < 1.0);
  CHECK(metric("tova-8", "end_length") == 1.0);
  // Until the state has had to give up a row nothing differs.
  for (const json& values : values_of(texts.samples("tova-8"))) {
    CHECK(values.at("common_prefix").get<int64_t>() + values.at("prompt_tokens").get<int64_t>() >=
          9);
  }
  const auto perf = texts.result("full").at("perf");
  CHECK(perf.at("tokens_computed") == texts.result("full").at("counts").at("tokens"));
  CHECK(perf.at("tokens_per_s").get<double>() > 0.0);
}

TEST_CASE("the sweep's seed matters where something is drawn, and only there") {
  const GenerationSweep texts;
  const std::string seeds = "policy: {name: full}\nsweep: {parameters: {seed: {values: [0, 1]}}}\n";
  texts.run("max_tokens: 12, temperature: 1.0, ignore_eos: true", seeds);
  CHECK(texts.result("full-seed=0").at("config").at("seed") == 0);
  CHECK(values_of(texts.samples("full-seed=0")) != values_of(texts.samples("full-seed=1")));
  texts.run("max_tokens: 12, ignore_eos: true", seeds);
  CHECK(texts.result("full").at("config").at("seed").is_null());
  CHECK(std::distance(std::filesystem::directory_iterator(texts.output() / "cells"), {}) == 1);
}

TEST_CASE("a text ends before a stop string or the EOS token, and says so") {
  const GenerationSweep texts;
  texts.run("max_tokens: 60, temperature: 1.0, ignore_eos: true", "policy: {name: full}\n");
  const auto whole = values_of(texts.samples("full"));
  const std::string first = whole[0].at("text");
  const auto plain = std::find_if(first.begin() + 3, first.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  REQUIRE(plain != first.end());
  texts.run(
      fmt::format("max_tokens: 60, temperature: 1.0, ignore_eos: true, stop: [\"{}\", \"\\n\"]",
                  *plain),
      "policy: {name: full}\n");
  const auto stopped = values_of(texts.samples("full"));
  CHECK(stopped[0].at("end") == "stop_string");
  CHECK(stopped[0].at("text") == first.substr(0, first.find_first_of(std::string("\n") + *plain)));
  const auto metrics = texts.result("full").at("metrics");
  CHECK(metrics.at("end_stop_string").at("value").get<double>() +
            metrics.at("end_length").at("value").get<double>() ==
        approx(1.0));
}

TEST_CASE("prompts may be the beginnings of chunks of texts") {
  const GenerationSweep texts;
  texts.run(
      "prompts: chunks, prompt_tokens: 10, chunk_tokens: 100, max_prompts: 3, add_bos: true, "
      "max_tokens: 8",
      "policy: {name: tova, prompt: one_shot}\nstate_size: 8\n", {}, "text.txt");
  const auto samples = texts.samples("tova");
  REQUIRE(samples.size() == 3);
  const std::string document = read_file(texts.folder() / "text.txt");
  std::string::size_type before = 0;
  for (const json& values : values_of(samples)) {
    // The BOS token is none of the text's.
    CHECK(values.at("prompt_tokens") == 10);
    const auto place = document.find(values.at("prompt").get<std::string>(), before);
    CHECK(place != std::string::npos);
    before = place;
  }
  CHECK(samples[0].at("values").at("prompt_id") == "text.txt:0");
  CHECK(samples[1].at("values").at("prompt_id") == "text.txt:99");
  CHECK(texts.result("tova").at("data").at("documents")[0].at("chunks_used") == 3);
}

TEST_CASE("generation goes on where it was stopped, with the same texts") {
  const GenerationSweep texts;
  const std::string options = "max_tokens: 16, temperature: 1.0, batch: 2, ignore_eos: true";
  texts.run(options, GenerationSweep::tova_and_full());
  const auto whole = values_of(texts.samples("tova"));
  // As if it had been stopped after three samples, the second in the middle of a batch.
  const auto folder = texts.cell("tova");
  const json result = texts.result("tova");
  std::string partial;
  size_t left = 3;
  for (const json& sample : texts.samples("tova")) {
    if (left-- == 0) {
      break;
    }
    partial +=
        json{{"cell_id", result.at("cell_id")}, {"sample", sample.at("sample")}, {"record", sample}}
            .dump() +
        "\n";
  }
  std::filesystem::remove(folder / "result.json");
  std::filesystem::remove(folder / "samples.jsonl");
  write_file(folder / "samples.partial.jsonl", partial);
  const auto again = run_program({"run", texts.file(options, GenerationSweep::tova_and_full())});
  INFO(again.err);
  REQUIRE(again.exit_code == 0);
  CHECK(values_of(texts.samples("tova")) == whole);
}

TEST_CASE("a policy that sees the future cannot write, and says so") {
  const GenerationSweep texts;
  const auto run =
      run_program({"run", texts.file("max_tokens: 8", "policy: {name: oracle}\nstate_size: 8\n")});
  CHECK(run.exit_code == 1);
  CHECK_THAT(run.err, ContainsSubstring("policy oracle sees the future of a sample"));
}

TEST_CASE("generation refuses what it cannot do, and names the place") {
  const GenerationSweep texts;
  const auto check = [&](const std::string& experiment, const std::string& message) {
    CAPTURE(experiment);
    CHECK_THAT(refusal(texts, experiment), ContainsSubstring(message));
  };
  check("texts: 2", "experiment.texts: without a temperature above 0 all texts of a prompt");
  check("top_k: 5", "experiment.top_k: nothing is drawn without a temperature above 0");
  check("top_p: 0.5", "experiment.top_p: nothing is drawn without a temperature above 0");
  check("stop: ['']", "experiment.stop: a stop string has at least one byte");
  check("chunk_tokens: 64", "experiment.chunk_tokens: goes with prompts: chunks only");
  check("skip_tokens: 64", "experiment.skip_tokens: goes with prompts: chunks only");
  check("prompts: chunks, template: chat",
        "experiment.template: chunks of texts are plain: it goes with prompts: list");
  check("prompts: chunks, prompt_tokens: 200, chunk_tokens: 100",
        "experiment.prompt_tokens: 200 do not fit into chunks of 100");
  check("template: chat, add_bos: true",
        "experiment.add_bos: the chat format decides on the BOS token");
  check("template: chat", "the model's tokenizer has no chat template");
  check("chat_date: 2026-01-31", "experiment.chat_date: plain prompts have no date");
  check("template: by_model, chat_date: 2026-01-31", "experiment.chat_date: plain prompts have no");
  check("template: chat, chat_date: 31 Jan", "experiment.chat_date: '31 Jan' is no day; expected");
  check("temperature: -1", "experiment.temperature");
  check("prompts: all", "experiment.prompts");
  check("prompt_tokens: 5", "prompts.txt:1: the prompt has");
  CHECK_THAT(refusal(texts, "", "policy: {name: full}\n", "nowhere.txt"),
             ContainsSubstring("nowhere.txt' does not exist"));
}

TEST_CASE("the real model writes the same texts sixteen at a time and one by one", "[slow]") {
  const TemporaryFolder folder;
  std::string prompts;
  for (const char* place :
       {"sea", "hill", "mill", "bridge", "garden", "tower", "station", "harbour", "market",
        "forest", "lake", "castle", "farm", "school", "island", "road"}) {
    prompts += fmt::format("A story of the old {} began when\n", place);
  }
  write_file(folder / "prompts.txt", prompts);
  const auto run = [&](int64_t batch) {
    const auto output = folder / fmt::format("batch-{}", batch);
    write_file(
        folder / "sweep.yaml",
        fmt::format("name: batches\noutput: {}\nmodel: {{path: {}}}\n"
                    "experiment: {{name: generation, data: {}, max_tokens: 16, batch: {}}}\n{}",
                    output.string(), real_file("models/smollm2-135m-instruct.gguf").string(),
                    (folder / "prompts.txt").string(), batch,
                    "policy: {name: tova}\nstate_size: 12\n"));
    const auto result = run_program({"run", (folder / "sweep.yaml").string(), "--jobs", "2"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    std::vector<json> ids;
    for (const auto& entry : std::filesystem::directory_iterator(output / "cells")) {
      for (const json& values : values_of(json_lines(entry.path() / "samples.jsonl"))) {
        ids.push_back(values.at("ids"));
      }
    }
    return ids;
  };
  const auto together = run(16);
  REQUIRE(together.size() == 16);
  CHECK(together == run(1));
}

}  // namespace multistate::test::generation_test
