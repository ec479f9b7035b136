#include "multistate/recommend/report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/printable.h"
#include "multistate/base/text.h"
#include "multistate/results/statistics.h"
#include "multistate/results/verdict.h"

namespace multistate::recommend {
namespace {

constexpr const char* kTieRule =
    "fewer bytes (1 % apart or more), then fewer inputs to read, then the lower loss";

std::string bytes_text(int64_t bytes) {
  return human_bytes(static_cast<double>(bytes));
}

/// A difference of losses as a change of perplexity, in percent.
std::string percent(double difference) {
  return fmt::format("{:+.2f} %", 100.0 * std::expm1(difference));
}

std::string percent(const aggregate::Interval& interval) {
  return fmt::format("[{:+.2f}, {:+.2f}] %", 100.0 * std::expm1(interval.low),
                     100.0 * std::expm1(interval.high));
}

std::string labels_of(std::span<const size_t> indices, const Recommendation& answer) {
  std::vector<std::string> labels;
  for (const size_t i : indices) {
    labels.push_back(answer.finalists[i].label);
  }
  const std::string last = labels.back();
  labels.pop_back();
  return labels.empty() ? last : join(labels) + " and " + last;
}

/// "tova with k = 61, 2.7 MiB: perplexity +3.21 % [+2.50, +3.90] %".
std::string named(const Recommendation& answer, size_t i) {
  const Contender& contender = answer.contenders[i];
  const Cost& cost = answer.conclusion->costs[i];
  const std::string size =
      contender.state_size > 0 ? fmt::format(" with k = {}", contender.state_size) : "";
  return fmt::format("{}{}, {}: perplexity {} {} against the full cache", contender.choice.text,
                     size, bytes_text(answer.finalists[i].bytes), percent(cost.difference),
                     percent(cost.interval));
}

/// Those that are tied with the one that is recommended.
std::vector<size_t> others_of(const Conclusion& conclusion) {
  std::vector<size_t> others = conclusion.tied;
  std::erase(others, conclusion.chosen);
  return others;
}

std::string needed_text(const Conclusion& conclusion) {
  return conclusion.chunks_needed
             ? fmt::format(
                   "If the difference is as measured, about {} confirming chunks would decide.\n",
                   human_count(static_cast<int64_t>(*conclusion.chunks_needed)))
             : "More text of this kind would not decide. ";
}

std::string first_lines(const Constraint& constraint, const Recommendation& answer) {
  const std::string limit = text_of(constraint);
  if (!answer.conclusion) {
    return fmt::format("No policy is recommended: no finalist has a result with {}.\n", limit);
  }
  const Conclusion& conclusion = *answer.conclusion;
  const std::string chosen = named(answer, conclusion.chosen);
  switch (conclusion.kind) {
    case Conclusion::Kind::kBest:
      return fmt::format("Recommended, {}: {}.\n{} {}.\n", limit, chosen,
                         constraint.memory ? "Among the finalists"
                                           : "Of the least memory that is within the limit,",
                         conclusion.sentence);
    case Conclusion::Kind::kAlone:
      return fmt::format(
          "Recommended, {}: {}.\n{}\n", limit, chosen,
          constraint.memory ? "It is the only finalist."
                            : "No finalist with as little memory or less is shown to be within the "
                              "limit.");
    case Conclusion::Kind::kTied:
      return fmt::format(
          "Recommended by the tie rule, {}: {}.\nCannot tell it from {}: {} do not tell them "
          "apart. {}Tie rule: {}.\n",
          limit, chosen, labels_of(others_of(conclusion), answer),
          count_of(answer.full.losses.size(), "chunk"), needed_text(conclusion), kTieRule);
    case Conclusion::Kind::kNone:
      break;
  }
  const bool may_be_within =
      conclusion.costs[conclusion.chosen].interval.low <= constraint.loss_limit();
  return fmt::format("No policy is recommended: {}.\nClosest: {}. {}\n", conclusion.sentence,
                     chosen, may_be_within ? needed_text(conclusion) : "");
}

std::vector<std::string> row_of(const std::string& policy, const std::string& size, int64_t bytes,
                                double loss) {
  return {policy, size, bytes_text(bytes), fmt::format("{:.4f}", loss),
          fmt::format("{:.2f}", std::exp(loss))};
}

std::string speed_text(const std::optional<DecodeSpeeds>& speeds, double speed) {
  return speeds ? fmt::format("{:.1f}", speed) : "-";
}

std::string table_of(const Recommendation& answer, const std::optional<DecodeSpeeds>& speeds) {
  std::vector<std::vector<std::string>> rows = {{"policy", "k", "peak cache", "nll", "perplexity",
                                                 "nll above full [95 %]", "decode tokens/s"}};
  rows.push_back(row_of("full", "-", answer.full.peak_bytes, mean_of(answer.full.losses).value));
  rows.back().insert(rows.back().end(), {"-", speed_text(speeds, speeds ? speeds->full : 0.0)});
  for (size_t i = 0; i < answer.finalists.size(); ++i) {
    const Contender& contender = answer.contenders[i];
    const Cost& cost = answer.conclusion->costs[i];
    const std::string mark = i == answer.conclusion->chosen ? " *" : "";
    const std::string size = contender.state_size > 0 ? std::to_string(contender.state_size) : "-";
    rows.push_back(
        row_of(contender.choice.text + mark, size, answer.finalists[i].bytes, cost.loss));
    rows.back().push_back(fmt::format("{:+.4f} [{:+.4f}, {:+.4f}]", cost.difference,
                                      cost.interval.low, cost.interval.high));
    rows.back().push_back(speed_text(speeds, speeds ? speeds->finalists[i] : 0.0));
  }
  return format_table(rows);
}

std::string notes_on(const Recommendation& answer, const std::optional<DecodeSpeeds>& speeds) {
  std::string text = fmt::format(
      "nll in nats per token. The intervals hold together in 95 % of cases (paired t over {}, "
      "Bonferroni over {} finalists), for texts like these.\n",
      count_of(answer.full.losses.size(), "chunk"), answer.finalists.size());
  if (speeds) {
    text +=
        fmt::format("Decoding speed: this machine, one sample, one thread, after {} tokens{}.\n",
                    speeds->context_tokens,
                    speeds->noise.empty()
                        ? ""
                        : "; noisy, since the machine was not quiet (" + join(speeds->noise) + ")");
  }
  return text;
}

std::string run_text(const Task& task, const Recommendation& answer, const Schedule& schedule,
                     double minutes) {
  std::string text = fmt::format("Run in {:.1f} minutes, on chunks of {} tokens of {}:", minutes,
                                 task.context_length, task.data);
  for (const Round& round : answer.search.rounds) {
    text += fmt::format(" {} on {};", count_of(round.entered.size(), "contender"),
                        count_of(static_cast<size_t>(round.chunks.count), "chunk"));
  }
  return text + fmt::format(" {} on {} that chose none of them.\n",
                            count_of(answer.search.finalists.size(), "finalist"),
                            count_of(static_cast<size_t>(schedule.confirming.count), "chunk"));
}

}  // namespace

std::string text_of(const Constraint& constraint) {
  return constraint.memory ? fmt::format("with at most {} of cache", bytes_text(*constraint.memory))
                           : fmt::format("within {:g} % of the full cache's perplexity",
                                         100.0 * *constraint.within);
}

std::string field_table(const Field& field) {
  std::vector<std::vector<std::string>> rows = {{"policy", "k", "peak cache"}};
  for (const Contender& contender : field.contenders) {
    rows.push_back({contender.choice.text,
                    contender.state_size > 0 ? std::to_string(contender.state_size) : "-",
                    bytes_text(contender.bytes)});
  }
  return format_table(rows);
}

std::string generate_command(const Task& task, const Contender& contender) {
  std::string command = fmt::format("multistate generate {} --policy {}", shell_word(task.model),
                                    shell_word(contender.choice.text));
  if (contender.state_size > 0) {
    command += fmt::format(" -k {}", contender.state_size);
  }
  for (const std::string& plugin : task.plugins) {
    command += " --plugin " + shell_word(plugin);
  }
  return command + fmt::format(" --dtype {} --device {} --prompt 'TEXT'", task.dtype,
                               shell_word(task.device));
}

std::string answer_text(const Task& task, const Constraint& constraint,
                        const Recommendation& recommendation, const Schedule& schedule,
                        const std::optional<DecodeSpeeds>& speeds, double minutes) {
  std::string text = first_lines(constraint, recommendation) + "\n";
  if (recommendation.conclusion) {
    text += table_of(recommendation, speeds) + notes_on(recommendation, speeds);
  }
  for (const LeftOut& one : recommendation.fallen) {
    text += fmt::format("Finalist left out: {}: {}\n", one.policy, one.reason);
  }
  text += "\n" + run_text(task, recommendation, schedule, minutes);
  const auto& conclusion = recommendation.conclusion;
  if (conclusion && conclusion->kind != Conclusion::Kind::kNone) {
    text += fmt::format("To use it:       {}\n",
                        generate_command(task, recommendation.contenders[conclusion->chosen]));
  }
  return text + fmt::format("To see it again: multistate run {}\n",
                            shell_word(sweep_file(task, kFinalStage).string()));
}

}  // namespace multistate::recommend
