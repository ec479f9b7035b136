// Policies against the rules of their authors' code and papers, on stored cases:
// official/cases.json, which tools/oracle_policies computes in numpy. Each case names its source.

#include <cmath>
#include <fstream>
#include <numeric>
#include <set>

#include <nlohmann/json.hpp>

#include "multistate/conformance/differences.h"
#include "multistate/conformance/naive_selection.h"
#include "multistate/engine/calibrating_scan.h"
#include "multistate/engine/layer_shares.h"

#include "support/torch.h"

namespace multistate::test::official_test {
namespace {

const nlohmann::json& stored() {
  static const nlohmann::json document = [] {
    std::ifstream file(MULTISTATE_SOURCE_DIR "/tests/policy/official/cases.json");
    return nlohmann::json::parse(file);
  }();
  return document;
}

/// The first `tokens` vectors of some heads of the stored [heads][T][D].
std::vector<double> vectors(const char* name, const std::vector<int64_t>& heads, int64_t tokens) {
  const nlohmann::json& numbers = stored().at(name);
  const int64_t size = stored().at("head_size");
  const int64_t all = stored().at("tokens");
  std::vector<double> result;
  for (const int64_t head : heads) {
    for (int64_t i = 0; i < tokens * size; ++i) {
      const auto at = static_cast<size_t>(head * all * size + i);
      result.push_back(numbers.at(at).get<double>() / stored().at("scale").get<double>());
    }
  }
  return result;
}

/// Of the stored output projection [H][D][C] what `heads` have.
std::vector<double> output_of(const std::vector<int64_t>& heads) {
  const nlohmann::json& numbers = stored().at("output");
  const size_t part = numbers.size() / stored().at("heads").get<size_t>();
  std::vector<double> result;
  for (const int64_t head : heads) {
    for (size_t i = 0; i < part; ++i) {
      result.push_back(numbers.at(static_cast<size_t>(head) * part + i).get<double>() /
                       stored().at("scale").get<double>());
    }
  }
  return result;
}

NaiveInputs inputs_of(const std::vector<int64_t>& query_heads, int64_t tokens, int64_t prompt,
                      int64_t question = 0) {
  const int64_t kv_heads = stored().at("kv_heads");
  std::vector<int64_t> all;
  for (int64_t head = 0; head < kv_heads; ++head) {
    all.push_back(head);
  }
  std::vector<int64_t> ids(static_cast<size_t>(tokens));
  std::iota(ids.begin(), ids.end(), 0);
  return {.heads = static_cast<int64_t>(query_heads.size()),
          .kv_heads = kv_heads,
          .head_size = stored().at("head_size"),
          .tokens = tokens,
          .prompt = prompt,
          .question = question,
          .ids = std::move(ids),
          .queries = vectors("queries", query_heads, tokens),
          .keys = vectors("keys", all, tokens),
          .values = vectors("values", all, tokens),
          .output = output_of(query_heads)};
}

/// Of the stored calibration what `query_heads` have, in the one layer that there is.
std::shared_ptr<const Calibration> calibration_of(const std::vector<int64_t>& query_heads) {
  const nlohmann::json& all = stored().at("calibration");
  const int64_t size = stored().at("head_size");
  const auto rows = [&](const char* name, int64_t columns) {
    std::vector<float> numbers;
    for (const int64_t head : query_heads) {
      for (int64_t i = 0; i < columns; ++i) {
        numbers.push_back(all.at(name).at(static_cast<size_t>(head * columns + i)));
      }
    }
    return numbers;
  };
  Calibration calibration;
  calibration.layers.push_back({.heads = std::ssize(query_heads),
                                .kv_heads = stored().at("kv_heads"),
                                .head_size = size,
                                .pairs = size / 2,
                                .query_directions = rows("query_directions", size),
                                .query_means = rows("query_means", size),
                                .query_lengths = rows("query_lengths", size / 2),
                                .key_means = all.at("key_means")});
  return std::make_shared<const Calibration>(std::move(calibration));
}

/// Every token has an id of its own, so that the stored kinds of tokens are those of ids.
PolicySetup setup_of(const std::string& policy, const nlohmann::json& one) {
  auto setup = set_up_policy(policy, one.at("state_size"), one.at("options").get<std::string>());
  std::vector<TokenKind> kinds;
  for (const nlohmann::json& kind : stored().at("kinds")) {
    kinds.push_back(static_cast<TokenKind>(kind.get<int>()));
  }
  setup.token_kinds = std::make_shared<const std::vector<TokenKind>>(std::move(kinds));
  if (one.contains("query_heads")) {
    setup.calibration = calibration_of(one.at("query_heads"));
  }
  return setup;
}

Fates expected_fates(const nlohmann::json& one) {
  Fates fates;
  for (const nlohmann::json& set : one.at("evicted_at")) {
    std::vector<int64_t>& of_set = fates.emplace_back();
    for (const nlohmann::json& step : set) {
      of_set.push_back(step < 0 ? RowTrace::kAlive : step.get<int64_t>());
    }
  }
  return fates;
}

float largest_difference(const at::Tensor& found, const nlohmann::json& expected) {
  const at::Tensor numbers = found.contiguous();
  REQUIRE(static_cast<size_t>(numbers.numel()) == expected.size());
  float largest = 0.0F;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest =
        std::max(largest, std::abs(numbers.data_ptr<float>()[i] - expected.at(i).get<float>()));
  }
  return largest;
}

}  // namespace

TEST_CASE("policies keep the rows that their authors' rules keep, step by step") {
  const SampleSeed seed = {.seed = stored().at("seed"), .sample = stored().at("sample")};
  for (const nlohmann::json& one : stored().at("cases")) {
    INFO(one.at("name") << ", by " << one.at("source"));
    const PolicySetup setup = setup_of(one.at("policy"), one);
    const NaiveInputs inputs =
        inputs_of(one.at("query_heads"), one.at("tokens"), one.at("prompt"), one.at("question"));
    const ScanRun run = run_scan(scan_for(setup), inputs, setup, seed);
    CHECK(row_difference({"here", fates_of(run.sets)}, {"by the rule", expected_fates(one)}) == "");
    for (size_t set = 0; one.contains("keys") && set < run.sets.size(); ++set) {
      CHECK(largest_difference(run.sets[set].rows.keys(), one.at("keys").at(set)) < 1e-5F);
      CHECK(largest_difference(run.sets[set].rows.values(), one.at("values").at(set)) < 1e-5F);
    }
  }
}

TEST_CASE("a calibration holds what the authors' codes compute of queries and keys") {
  const int64_t heads = stored().at("heads");
  std::vector<int64_t> every(static_cast<size_t>(heads));
  std::iota(every.begin(), every.end(), 0);
  const CalibratingScan scan(1);
  const NaiveInputs inputs = inputs_of(every, stored().at("tokens"), 0);
  run_scan(scan, inputs, keep_all_setup(), {}, 3);
  const LayerCalibration found = scan.layers().front();
  const LayerCalibration expected = calibration_of(every)->layers.front();
  const auto check = [](const std::vector<float>& one, const std::vector<float>& other) {
    REQUIRE(one.size() == other.size());
    for (size_t i = 0; i < one.size(); ++i) {
      CAPTURE(i);
      CHECK(std::abs(one[i] - other[i]) < 2e-6F);
    }
  };
  check(found.query_directions, expected.query_directions);
  check(found.query_means, expected.query_means);
  check(found.query_lengths, expected.query_lengths);
  check(found.key_means, expected.key_means);
}

TEST_CASE("pyramidkv gives layers the rows that the authors' code gives them") {
  const nlohmann::json& one = stored().at("pyramidkv");
  const PolicySetup setup = setup_of("pyramidkv", one);
  const int64_t layers = one.at("layers");
  for (int64_t layer = 0; layer < layers; ++layer) {
    INFO("layer " << layer);
    CHECK(setup.faces.budgets->layer_budget(layer, layers, setup.state_size) ==
          one.at("budgets").at(static_cast<size_t>(layer)));
  }
}

TEST_CASE("simlayerkv measures layers as the authors' code does, and lazy ones keep as many rows") {
  const nlohmann::json& one = stored().at("simlayerkv");
  const PolicySetup setup = setup_of("simlayerkv", one);
  const int64_t tokens = one.at("tokens");
  std::vector<float> measures;
  for (const nlohmann::json& heads : one.at("heads_of_layers")) {
    const NaiveInputs inputs = inputs_of(heads, tokens, tokens);
    SteppedScan scan(scan_for(setup), inputs, setup);
    scan.advance(tokens - 1);
    measures.push_back(scan.measure().front());
  }
  for (size_t layer = 0; layer < measures.size(); ++layer) {
    CHECK(std::abs(measures[layer] - one.at("measures").at(layer).get<float>()) < 1e-5F);
  }
  const auto rows = shares_of(setup, measures, std::ssize(measures));
  REQUIRE(rows.size() == one.at("rows").size());
  for (size_t layer = 0; layer < rows.size(); ++layer) {
    const int64_t expected = one.at("rows").at(layer);
    CHECK((expected == tokens ? rows[layer] >= tokens : rows[layer] == expected));
  }
}

TEST_CASE("sets get the rows that the authors' codes give their heads and layers") {
  for (const auto& [policy, measured] :
       {std::pair("headkv", "importance"), std::pair("squeeze_attention", "cosines")}) {
    CAPTURE(policy);
    const nlohmann::json& one = stored().at(policy);
    const PolicySetup setup = setup_of(policy, one);
    CHECK(setup.guarded() == one.at("guarded"));
    const auto measures = one.at(measured).get<std::vector<float>>();
    CHECK(shares_of(setup, measures, std::ssize(measures)) ==
          one.at("rows").get<std::vector<int64_t>>());
  }
}

TEST_CASE("kivi leaves of rows what the authors' code leaves") {
  const nlohmann::json& one = stored().at("kivi");
  const PolicySetup setup = setup_of("kivi", one);
  const ScanRun run = run_scan(scan_for(setup), inputs_of({0, 2}, one.at("tokens"), 0), setup);
  REQUIRE(run.sets.size() == 1);
  CHECK(largest_difference(run.sets.front().rows.keys(), one.at("keys")) < 1e-5F);
  CHECK(largest_difference(run.sets.front().rows.values(), one.at("values")) < 1e-5F);
}

TEST_CASE("quest reads the pages that its authors' rules read, and attends to these") {
  for (const nlohmann::json& one : stored().at("quest")) {
    INFO(one.at("name") << ", by " << one.at("source"));
    const PolicySetup setup = setup_of("quest", one);
    const auto tokens = static_cast<int64_t>(one.at("pages").size());
    const NaiveInputs inputs = inputs_of({0, 1, 2, 3}, tokens, 0);
    for (int64_t token = 0; token < tokens; ++token) {
      const auto is_read = naive_rows_read(inputs, setup, token, 0);
      for (size_t head = 0; head < is_read.size(); ++head) {
        CAPTURE(token, head);
        const nlohmann::json& pages = one.at("pages").at(static_cast<size_t>(token)).at(head);
        std::vector<uint8_t> expected(static_cast<size_t>(token + 1), pages.empty() ? 1 : 0);
        for (size_t row = 0; row < expected.size(); ++row) {
          const auto page = row / one.at("page").get<size_t>();
          expected[row] |= std::count(pages.begin(), pages.end(), page) > 0 ? 1 : 0;
        }
        CHECK(is_read[head] == expected);
      }
    }
    const ScanRun run = run_scan(scan_for(setup), inputs, setup);
    const nlohmann::json& attended = one.at("attended");
    const auto found = std::span(run.attended).last(attended.size());
    for (size_t i = 0; i < found.size(); ++i) {
      CHECK(std::abs(found[i] - attended.at(i).get<float>()) < 1e-5F);
    }
  }
}

TEST_CASE("every published rule has a case, and what a case leaves out is declared") {
  std::set<std::string> covered = {"pyramidkv",         "simlayerkv", "headkv",
                                   "squeeze_attention", "kivi",       "quest"};
  const auto declares = [](const std::string& policy) {
    return !policy_registry().find(policy)->info.deviations.empty();
  };
  covered.insert("defensivekv");  // In its published form, under adakv.
  for (const nlohmann::json& one : stored().at("cases")) {
    INFO(one.at("name"));
    CHECK((one.at("left_out") == "" || declares(one.at("policy"))));
    covered.insert(one.at("policy"));
  }
  for (const nlohmann::json& one : stored().at("quest")) {
    CHECK((one.at("left_out") == "" || declares("quest")));
  }
  // No rule: every row, rows at random, the text in pieces, and the largest logits.
  covered.insert({"full", "random", "short_context", "oracle_topk"});
  const auto names = policy_registry().names();
  CHECK(std::set<std::string>(names.begin(), names.end()) == covered);
}

}  // namespace multistate::test::official_test
