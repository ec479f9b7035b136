#include "multistate/experiment/row_record.h"

#include <cmath>

#include "multistate/checkpoint/model_file.h"

#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test::row_record_test {
namespace {

constexpr int64_t kTokens = 60;

/// A sample of the tiny model that is through.
class Sample {
 public:
  Sample(const char* policy, int64_t state_size, const char* options)
      : setup_(set_up_policy(policy, state_size, options)) {
    write_tiny_gguf({}, folder_ / "model.gguf");
    file_ = ModelFile::open(folder_ / "model.gguf");
    model_ = Transformer::load(*file_, at::kFloat);
    std::vector<int64_t> ids;
    for (int64_t i = 0; i < kTokens; ++i) {
      ids.push_back((i * i * 7 + 13) % 256);
    }
    const Evaluator evaluator(*model_, setup_);
    state = evaluator.start({}, {.tokens = kTokens});
    Predictions predictions;
    PhaseSeconds seconds;
    evaluator.run(ids, kTokens, state, predictions, seconds);
  }

  SampleState state;

 private:
  TemporaryFolder folder_;
  PolicySetup setup_;
  std::unique_ptr<ModelFile> file_;
  std::shared_ptr<const Transformer> model_;
};

/// Tokens in turn of two kinds; the third does not occur.
TokenKinds in_turn() {
  TokenKinds kinds = {.names = {"even", "never", "odd"}, .of_token = {}};
  for (int64_t token = 0; token < kTokens; ++token) {
    kinds.of_token.push_back(token % 2 == 0 ? 0 : 2);
  }
  return kinds;
}

nlohmann::json values_of(const SampleState& state) {
  return row_values(state, {.kinds = {{"class", in_turn()}}, .first_rows = 3, .picture_cells = 4});
}

/// Steps at which the query sees the row, one by one.
int64_t naive_steps(const RowTrace& trace, int64_t position) {
  int64_t steps = 0;
  for (int64_t step = position; step < trace.tokens(); ++step) {
    const auto before = step == position ? std::vector<int64_t>{} : trace.kept_after(step - 1);
    const bool seen =
        step == position || std::find(before.begin(), before.end(), position) != before.end();
    steps += seen ? 1 : 0;
  }
  return steps;
}

SampleRecord record_of(const std::string& json, int64_t tokens) {
  SampleRecord record;
  record.tokens = tokens;
  record.values = nlohmann::json::parse(json);
  return record;
}

}  // namespace

TEST_CASE("the sum of all rows' steps is sum_t min(t + 1, k + 1), whatever the policy") {
  // k = 7: 1 + 2 + ... + 8 over the first eight tokens, then 8 each.
  const int64_t law = 36 + 52 * 8;
  for (const char* policy : {"window", "h2o", "tova", "random", "keydiff"}) {
    for (const char* scope : {"{scope: layer}", "{scope: kv_head}"}) {
      CAPTURE(policy, scope);
      const Sample sample(policy, 7, scope);
      const auto values = values_of(sample.state);
      const auto sets = static_cast<int64_t>(sample.state.layers[0].sets().size());
      CHECK(values.at("rows") == 2 * sets * kTokens);
      CHECK(values.at("lifetime") == 2 * sets * law);
      CHECK(values.at("lifetime_law") == 2 * sets * law);
    }
  }
}

TEST_CASE("the law follows floating states and what is unbounded") {
  // every: 3 with k = 4: 5, 6, 7 rows are seen in turn, from the fifth token on.
  const Sample floating("tova", 4, "{every: 3}");
  const int64_t law = 10 + 18 * (5 + 6 + 7) + 5 + 6;
  CHECK(values_of(floating.state).at("lifetime_law") == 2 * law);
  CHECK(values_of(floating.state).at("lifetime") == 2 * law);
  const Sample full("full", 0, "{}");
  const auto values = values_of(full.state);
  CHECK(values.at("lifetime_law") == 2 * kTokens * (kTokens + 1) / 2);
  CHECK(!values.contains("recent_rows"));
}

TEST_CASE("rows are counted by position, kind and layer as step by step") {
  const Sample sample("tova", 7, "{scope: kv_head}");
  const auto values = values_of(sample.state);
  int64_t first = 0;
  int64_t at_end = 0;
  int64_t next = 0;
  int64_t even = 0;
  for (size_t layer = 0; layer < sample.state.layers.size(); ++layer) {
    int64_t odd_of_layer = 0;
    for (const auto& set : sample.state.layers[layer].sets()) {
      first += naive_steps(set.trace, 0);
      const auto kept = set.trace.kept_after(kTokens - 1);
      at_end += !kept.empty() && kept.front() == 0 ? 1 : 0;
      next += naive_steps(set.trace, 1) + naive_steps(set.trace, 2);
      for (int64_t position = 0; position < kTokens; ++position) {
        const int64_t steps = naive_steps(set.trace, position);
        (position % 2 == 0 ? even : odd_of_layer) += steps;
      }
    }
    CHECK(values.at("kinds").at("class").at("odd").at(layer).at(0) == odd_of_layer);
    CHECK(values.at("kinds").at("class").at("odd").at(layer).at(1) == 2 * kTokens / 2);
  }
  CHECK(values.at("first_row_steps") == first);
  CHECK(values.at("sets") == 4);
  CHECK(values.at("first_row_at_end") == at_end);
  CHECK(values.at("first_row_possible") == 4 * kTokens);
  CHECK(values.at("next_rows_steps") == next);
  CHECK(values.at("next_rows_possible") == 4 * (kTokens - 1 + kTokens - 2));
  CHECK(values.at("first_rows").size() == 3);
  CHECK(values.at("first_rows").at(0) == nlohmann::json({first, 4 * kTokens, 4}));
  CHECK(values.at("class_even_steps") == even);
  CHECK(values.at("class_never_rows") == 0);
  CHECK(!values.contains("picture"));
}

TEST_CASE("metrics, series and maps of two records, worked by hand") {
  const std::vector<SampleRecord> records = {
      record_of(R"({"rows": 8, "lifetime": 20, "lifetime_law": 24, "kept_rows": 4, "recent_rows": 3,
        "sets": 2, "first_row_at_end": 2, "first_row_steps": 8, "first_row_possible": 8, "next_rows_steps": 2,
        "next_rows_possible": 6, "first_rows": [[8, 8, 2], [2, 6, 2]],
        "class_a_steps": 15, "class_a_rows": 6, "class_b_steps": 5, "class_b_rows": 2,
        "class_c_steps": 0, "class_c_rows": 0, "nll_sum": 6.0, "scored_tokens": 3,
        "by_layer": {"recent": [[1, 2], [2, 2]], "first_row": [[4, 4], [4, 4]]}, "kinds": {"class": {"a": [[9, 3], [6, 3]],
                     "b": [[1, 1], [4, 1]], "c": [[0, 0], [0, 0]]}},
        "picture": {"stride": 2, "shares": [[1, null], [0.5, 1]]}})",
                4),
      record_of(R"({"rows": 8, "lifetime": 20, "lifetime_law": 24, "kept_rows": 4, "recent_rows": 4,
        "sets": 2, "first_row_at_end": 1, "first_row_steps": 4, "first_row_possible": 8, "next_rows_steps": 4,
        "next_rows_possible": 6, "first_rows": [[4, 8, 2], [4, 6, 2]],
        "class_a_steps": 20, "class_a_rows": 8, "class_b_steps": 0, "class_b_rows": 0,
        "class_c_steps": 0, "class_c_rows": 0, "nll_sum": 9.0, "scored_tokens": 3,
        "by_layer": {"recent": [[2, 2], [2, 2]], "first_row": [[4, 4], [0, 4]]}, "kinds": {"class": {"a": [[12, 4], [8, 4]],
                     "b": [[0, 0], [0, 0]], "c": [[0, 0], [0, 0]]}}})",
                4)};
  const Summary summary = summarize_rows(records);
  const auto value = [&](const char* name) { return summary.metrics.at(name).value; };
  CHECK(value("recent_share") == approx(7.0 / 8.0));
  CHECK(value("lifetime_mean") == approx(2.5));
  CHECK(value("lifetime_law") == approx(3.0));
  CHECK(value("first_row_share") == approx(12.0 / 16.0));
  CHECK(value("first_row_at_end") == approx(3.0 / 4.0));
  CHECK(value("next_rows_share") == approx(6.0 / 12.0));
  CHECK(value("lifetime_a") == approx(35.0 / 14.0));
  CHECK(value("lifetime_b") == approx(2.5));
  CHECK(value("nll") == approx(2.5));
  CHECK(!summary.metrics.contains("lifetime_c"));  // There is no such token.
  CHECK(summary.metrics.at("lifetime_a").unit == "steps");
  CHECK(summary.metrics.at("lifetime_a").samples->numerator == "class_a_steps");
  CHECK(summary.metrics.at("lifetime_a").samples->denominator == "class_a_rows");

  const auto& series = summary.series;
  CHECK(series.at("first_rows_share").at(1).at("value") == 0.5);
  CHECK(series.at("first_rows_share").at(1).at("first_place") == 1);
  CHECK(series.at("first_rows_steps").at(0).at("value") == 3.0);  // 12 steps of 4 rows
  CHECK(series.at("recent_share_by_layer").at(0).at("value") == 0.75);
  CHECK(series.at("recent_share_by_layer").at(0).at("axis") == "layer");
  CHECK(series.at("first_row_share_by_layer").at(1).at("value") == 0.5);
  CHECK(series.at("lifetime_by_class").size() == 2);
  CHECK(series.at("lifetime_by_class").at(1).at("label") == "b");
  CHECK(series.at("lifetime_by_class").at(1).at("value") == 2.5);

  const auto& map = summary.maps.at("lifetime_by_class");
  CHECK(map.at("y").at("ticks") == nlohmann::json({"a", "b"}));
  CHECK(map.at("x").at("ticks") == nlohmann::json({0, 1}));
  CHECK(map.at("values") == nlohmann::json::parse("[[3, 2], [1, 4]]"));
  const auto& picture = summary.maps.at("kept_rows");
  CHECK(picture.at("x").at("ticks") == nlohmann::json({0, 2}));
  CHECK(picture.at("values") == nlohmann::json::parse("[[1, null], [0.5, 1]]"));
}

TEST_CASE("a state that is never full has no recent share") {
  const Sample sample("tova", 60, "{}");
  SampleRecord record;
  record.tokens = kTokens;
  record.values = values_of(sample.state);
  const Summary summary = summarize_rows(std::vector{record});
  CHECK(!summary.metrics.contains("recent_share"));
  CHECK(!summary.series.contains("recent_share_by_layer"));
  CHECK(summary.metrics.at("lifetime_mean").value == approx(30.5));
}

}  // namespace multistate::test::row_record_test
