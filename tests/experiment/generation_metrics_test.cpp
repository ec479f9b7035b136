#include "multistate/experiment/generation_metrics.h"

#include <cmath>

#include "support/torch.h"

namespace multistate::test::generation_metrics_test {
namespace {

MadeText text(std::vector<int64_t> ids, EndReason reason = EndReason::kLength) {
  MadeText made;
  made.ids = std::move(ids);
  made.reason = reason;
  return made;
}

SampleRecord record(const std::vector<int64_t>& prompt, const MadeText& made,
                    const MadeText& full) {
  SampleRecord record;
  record.values = text_counts(prompt, made, full);
  return record;
}

/// Two texts: one that leaves the full cache's after two tokens, and one that is the full cache's.
std::vector<SampleRecord> two_records() {
  return {record({1, 2, 3, 4}, text({1, 2, 3, 4, 1, 2}), text({1, 2, 5, 1, 2}, EndReason::kStopId)),
          record({9}, text({7, 8, 7}, EndReason::kRefused), text({7, 8, 7}))};
}

}  // namespace

TEST_CASE("what a text adds to the metrics, by hand") {
  const auto records = two_records();
  const auto& counts = records[0].values;
  CHECK(counts.at("tokens") == 6);
  // With the prompt: 1 2 3 4 1 2 3 4 1 2. 4-grams of the text: 1234, 2341, 3412; all stood before.
  CHECK(counts.at("ngrams_4") == 3);
  CHECK(counts.at("repeated_4") == 3);
  CHECK(counts.at("longest_repeat") == 6);
  CHECK(counts.at("distinct_1") == 4);
  CHECK(counts.at("ngrams_1") == 6);
  CHECK(counts.at("distinct_2") == 4);
  CHECK(counts.at("ngrams_2") == 5);
  CHECK(counts.at("common_prefix") == 2);
  CHECK(counts.at("identical") == 0);
  CHECK(counts.at("common_1") == 4);  // 1 twice, 2 twice
  CHECK(counts.at("ngrams_of_both_1") == 11);
  CHECK(counts.at("common_4") == 0);
  CHECK(counts.at("ngrams_of_both_4") == 3 + 2);
  CHECK(counts.at("end_length") == 1);
  CHECK(counts.at("end_stop_token") == 0);
  const auto& same = records[1].values;
  CHECK(same.at("identical") == 1);
  CHECK(same.at("common_prefix") == 3);
  CHECK(same.at("longest_repeat") == 1);
  CHECK(same.at("end_stop_string") == 1);
}

TEST_CASE("metrics of texts, by hand") {
  const auto summary = summarize_texts(two_records(), {});
  const auto value = [&](const char* name) { return summary.metrics.at(name).value; };
  CHECK(value("tokens") == approx(4.5));
  CHECK(*summary.metrics.at("tokens").standard_error == approx(1.5));
  CHECK(value("repetition") == approx(1.0));
  CHECK(value("longest_repeat") == approx(3.5));
  CHECK(value("distinct_1") == approx(6.0 / 9.0));
  CHECK(value("distinct_2") == approx(6.0 / 7.0));
  CHECK(value("distinct_3") == approx(5.0 / 5.0));
  CHECK(value("distinct_4") == approx(3.0 / 3.0));
  CHECK(value("common_prefix") == approx(2.5));
  CHECK(value("identical") == approx(0.5));
  CHECK(value("overlap_1") == approx(2.0 * 7.0 / 17.0));
  CHECK(value("overlap_4") == approx(0.0));
  CHECK(value("end_length") == approx(0.5));
  CHECK(value("end_stop_token") == approx(0.0));
  CHECK(value("end_stop_string") == approx(0.5));
  CHECK(summary.metrics.at("overlap_1").samples->scale == 2.0);
  CHECK_FALSE(summary.metrics.at("repetition").higher_is_better);

  // Up to position 2 both are the full cache's; at 4 only the identical one, which has ended by
  // then.
  const auto& series = summary.series.at("same_by_place");
  REQUIRE(series.size() == 3);
  CHECK(series[1].at("first_place") == 2);
  CHECK(series[1].at("value") == 1.0);
  CHECK(series[2].at("first_place") == 4);
  CHECK(series[2].at("value") == 0.5);
}

TEST_CASE("texts of one prompt are one observation, worked by hand") {
  auto records = two_records();
  records.push_back(record({9}, text({7}), text({7})));
  for (auto& one : records) {
    one.values["prompt_id"] = "b";
  }
  records[0].values["prompt_id"] = "a";
  const auto summary = summarize_texts(records, {.unit = "prompt", .key = "prompt_id"});
  // Tokens 6 | 3, 1: of (6, 1) and (4, 2) R = 10 / 3; d = 8/3, -8/3; sqrt(64/9) / 1.5.
  CHECK(summary.metrics.at("tokens").value == approx(10.0 / 3.0));
  CHECK(*summary.metrics.at("tokens").standard_error == approx(8.0 / 3.0 / 1.5));
  CHECK(summary.metrics.at("tokens").clusters == 2);
  // At place 4 the texts of b are identical to the full cache's, that of a is not: of (0, 1) and
  // (2, 2) R = 2 / 3; d = -2/3, 2/3; sqrt(4/9) / 1.5.
  const auto& point = summary.series.at("same_by_place")[2];
  CHECK(point.at("value").get<double>() == approx(2.0 / 3.0));
  CHECK(point.at("stderr").get<double>() == approx(2.0 / 3.0 / 1.5));
  CHECK(point.at("clusters") == 2);
}

TEST_CASE("a text that ends at once is a text of no token") {
  const auto empty = record({5}, text({}, EndReason::kStopId), text({6}));
  CHECK(empty.values.at("tokens") == 0);
  CHECK(empty.values.at("common_prefix") == 0);
  CHECK(empty.values.at("ngrams_of_both_1") == 1);
  const auto summary = summarize_texts(std::vector{empty}, {});
  CHECK(summary.metrics.at("tokens").value == 0.0);
  CHECK(std::isnan(summary.metrics.at("distinct_1").value));
  CHECK(summary.series.at("same_by_place").empty());
}

}  // namespace multistate::test::generation_metrics_test
