#include <cmath>

#include "multistate/base/mapped_file.h"
#include "multistate/bench/prefill.h"
#include "multistate/bench/report.h"
#include "multistate/bench/resident_memory.h"
#include "multistate/bench/spread.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/config/node.h"
#include "multistate/sweep/sweep_spec.h"

#include "support/program.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::bench_test {

using nlohmann::json;

TEST_CASE("a spread is the median and the extremes") {
  CHECK(spread_of({3.0, 1.0, 2.0}).median == 2.0);
  const auto spread = spread_of({4.0, 1.0, 2.0, 8.0});
  CHECK(spread.median == 3.0);
  CHECK(spread.least == 1.0);
  CHECK(spread.most == 8.0);
  CHECK(rate_of(100.0, {2.0, 4.0, 5.0}).median == 25.0);
  CHECK_THROWS_AS(spread_of({}), std::invalid_argument);
}

TEST_CASE("a cost below the noise of its repetitions is said to be that, not a negative time") {
  const TinySweep sweep;
  const auto file = read_yaml(sweep.write("policy: {name: tova}\nstate_size: 8\n"));
  const SweepSpec spec = read_sweep(file);
  const PrefillCase one = {"tova", spec.cells.front().policy, 16};
  const auto table = [&](Spread decision, int64_t repetitions) {
    return decision_table({{&one, {{}, {}, decision, {}}}}, repetitions);
  };
  // -17 us in the middle of -40 to 10: half of 50.
  CHECK_THAT(table({-17e-6, -40e-6, 10e-6}, 3), ContainsSubstring("below the noise (±25.00)"));
  CHECK_THAT(table({40e-6, 35e-6, 45e-6}, 3), ContainsSubstring("40.00"));
  CHECK_THAT(table({40e-6, 40e-6, 40e-6}, 1), ContainsSubstring("unknown (one repetition)"));
  CHECK(to_json(DecisionResult{&one, {{}, {}, {-17e-6, -40e-6, 10e-6}, {}}}, 3).at("below_noise") ==
        true);
  CHECK(to_json(DecisionResult{&one, {{}, {}, {40e-6, 35e-6, 45e-6}, Spread{7e-6, 6e-6, 8e-6}}}, 3)
            .at("below_noise") == false);
  CHECK_THAT(decision_table({{&one, {{}, {}, {}, Spread{7e-6, 6e-6, 8e-6}}}}, 3),
             ContainsSubstring("7.00"));
  PrefillResult fast;
  fast.measured = &one;
  fast.of_linears = {1.057, 0.98, 1.1};
  CHECK_THAT(prefill_table({fast}, 3), ContainsSubstring("1 within noise (±0.060)"));
  fast.of_linears = {0.9, 0.8, 1.1};
  CHECK_THAT(prefill_table({fast}, 3), ContainsSubstring("0.900"));
}

TEST_CASE("the peak of resident memory follows what is used, and starts anew") {
  if (!reset_peak_resident()) {
    WARN("this system does not reset the peak of resident memory");
    return;
  }
  constexpr size_t kBytes = 256 << 20;
  const int64_t before = peak_resident_bytes().value();
  { const std::vector<char> used(kBytes, 'x'); }
  const int64_t with = peak_resident_bytes().value();
  CHECK(with - before > static_cast<int64_t>(kBytes) * 9 / 10);
  REQUIRE(reset_peak_resident());
  CHECK(peak_resident_bytes().value() < with - static_cast<int64_t>(kBytes) / 2);
}

TEST_CASE("linears are all weights but norms and the embedding of a tied model") {
  const TinySweep sweep;
  const auto model = Transformer::load(*ModelFile::open(sweep.folder() / "model.gguf"), at::kFloat);
  const DecoderSpec& spec = model->spec();
  const AttentionSpec& layer = spec.layers.front().attention;
  int64_t elements = 0;
  for (const at::Tensor& weight : model->linears()) {
    elements += weight.numel();
  }
  const int64_t attention =
      spec.hidden_size * layer.head_size * (2 * layer.heads + 2 * layer.kv_heads);
  const int64_t mlp = 3 * spec.hidden_size * spec.layers.front().mlp.size;
  CHECK(elements ==
        spec.layer_count() * (attention + mlp) + spec.hidden_size * spec.vocabulary_size);
}

TEST_CASE(
    "a star is every policy that needs no file: what each costs a token and layer, in one "
    "command") {
  const TinySweep sweep;
  const auto file = (sweep.folder() / "bench.json").string();
  const auto run = run_program({"bench", (sweep.folder() / "model.gguf").string(), "--policy", "*",
                                "-k", "40", "-T", "50", "--repeat", "1", "--json", file});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto measured = json::parse(read_file(file)).at("decision");
  std::vector<std::string> bounded;
  for (const std::string& name : policy_registry().names()) {
    const PolicyEntry& entry = *policy_registry().find(name);
    if (entry.info.bounded && !entry.needs().calibration) {
      bounded.push_back(name);
    }
  }
  std::vector<std::string> named;
  for (const json& one : measured) {
    named.push_back(one.at("policy"));
    CHECK(one.at("scan").at("median").get<double>() > 0.0);
  }
  CHECK(named == bounded);
  CHECK_THAT(run.out, ContainsSubstring("Decision: microseconds a token and layer"));
}

TEST_CASE("bench prints a row a case and writes the same figures as JSON") {
  const TinySweep sweep;
  const auto file = (sweep.folder() / "bench.json").string();
  const auto run =
      run_program({"bench", (sweep.folder() / "model.gguf").string(), "--policy",
                   "full,tova,h2o:{scope: layer, sinks: 1}", "-k", "8,16", "-T", "40,80",
                   "--repeat", "2", "--workers", "1,3", "--decode-batch", "1,3", "--decode-memory",
                   "40KiB", "--decode-steps", "4", "--json=" + file});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK_THAT(run.out, ContainsSubstring("h2o:{scope: layer, sinks: 1}"));

  const auto report = json::parse(read_file(file));
  CHECK(report.at("schema") == "multistate.bench");
  CHECK(report.at("context").contains("machine"));
  CHECK(report.at("prefill").size() == 10);
  CHECK(report.at("decision").size() == 4);
  CHECK(report.at("decode").size() == 30);
  CHECK(report.at("workers").size() == 20);
  CHECK(report.at("workers").at(1).at("workers") == 3);
  for (const json& result : report.at("workers")) {
    CHECK(result.at("tokens_per_second").at("min").get<double>() > 0.0);
    CHECK(result.at("speedup").at("min").get<double>() > 0.0);
  }
  for (const json& result : report.at("decode")) {
    // As in the loop below; a state without bound ends with the steps and the sample's own tokens.
    const bool full = result.at("state_size").is_null();
    const int64_t rows = full ? result.at("context_tokens").get<int64_t>() + 4
                              : result.at("state_size").get<int64_t>();
    const int64_t bytes = rows * 2 * (2 * 2 * 8 * 4 + 8 + (result.at("policy") == "h2o" ? 4 : 0));
    const int64_t batch = result.at("batch");
    CHECK(result.at("state_bytes") == batch * bytes);
    CHECK(result.at("linears_tokens_per_second").at("min").get<double>() > 0.0);
    CHECK(result.at("of_linears").at("min") <= result.at("of_linears").at("median"));
    if (result.at("fills_memory")) {
      CHECK(batch == 40 * 1024 / bytes);
    }
  }
  for (const json& result : report.at("prefill")) {
    const auto& rate = result.at("tokens_per_second");
    CHECK(rate.at("min").get<double>() > 0.0);
    CHECK(rate.at("min") <= rate.at("median"));
    CHECK(rate.at("median") <= rate.at("max"));
    const int64_t rows = result.at("state_size").is_null() ? result.at("tokens").get<int64_t>()
                                                           : result.at("state_size").get<int64_t>();
    // Two layers of two key/value heads of 8: keys and values, the position; H2O remembers a float
    // more.
    const int64_t bytes = 2 * (2 * 2 * 8 * 4 + 8 + (result.at("policy") == "h2o" ? 4 : 0));
    CHECK(result.at("state_bytes") == rows * bytes);
  }
}

TEST_CASE("bench refuses what it cannot measure") {
  const TinySweep sweep;
  const auto model = (sweep.folder() / "model.gguf").string();
  const auto refused = [&](const std::vector<std::string>& arguments) {
    auto all = std::vector<std::string>{"bench", model};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto run = run_program(all);
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    return run.err;
  };
  CHECK_THAT(refused({"--policy", "tovaa"}), ContainsSubstring("did you mean 'tova'?"));
  CHECK_THAT(refused({"--policy", "tova:{sink: 1}"}), ContainsSubstring("sink"));
  CHECK_THAT(refused({"--policy", "tova:{sinks: 64}", "-k", "64"}),
             ContainsSubstring("must be less than the state size (64)"));
  CHECK_THAT(refused({"-k", "0"}), ContainsSubstring("--state-size"));
  CHECK_THAT(refused({"--workers", "0"}), ContainsSubstring("--workers"));
  CHECK_THAT(refused({"--decode-memory", "0"}), ContainsSubstring("--decode-memory"));
  CHECK_THAT(refused({"-T", "1"}), ContainsSubstring("--tokens"));
}

}  // namespace multistate::test::bench_test
