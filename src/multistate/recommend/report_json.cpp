#include "multistate/recommend/report_json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "multistate/results/statistics.h"

namespace multistate::recommend {
namespace {

using nlohmann::json;

const char* name_of(Conclusion::Kind kind) {
  switch (kind) {
    case Conclusion::Kind::kBest:
      return "best";
    case Conclusion::Kind::kTied:
      return "tied";
    case Conclusion::Kind::kAlone:
      return "alone";
    case Conclusion::Kind::kNone:
      break;
  }
  return "none";
}

json head_of(const Task& task, const Constraint& constraint) {
  return {{"model", task.model},
          {"data", task.data},
          {"dtype", task.dtype},
          {"device", task.device},
          {"context_length", task.context_length},
          {"memory", constraint.memory ? json(*constraint.memory) : json()},
          {"within", constraint.within ? json(*constraint.within) : json()}};
}

json state_size_of(const Contender& contender) {
  return contender.state_size > 0 ? json(contender.state_size) : json();
}

json finalist_of(const Recommendation& answer, size_t i,
                 const std::optional<DecodeSpeeds>& speeds) {
  const Cost& cost = answer.conclusion->costs[i];
  const auto& tied = answer.conclusion->tied;
  return {{"policy", answer.contenders[i].choice.text},
          {"state_size", state_size_of(answer.contenders[i])},
          {"peak_bytes", answer.finalists[i].bytes},
          {"nll", cost.loss},
          {"nll_above_full",
           {{"value", cost.difference}, {"low", cost.interval.low}, {"high", cost.interval.high}}},
          {"tied", std::find(tied.begin(), tied.end(), i) != tied.end()},
          {"decode_tokens_per_second", speeds ? json(speeds->finalists[i]) : json()}};
}

json rounds_of(const Recommendation& answer) {
  json rounds = json::array();
  for (const Round& round : answer.search.rounds) {
    rounds.push_back({{"contenders", round.entered.size()}, {"chunks", round.chunks.count}});
  }
  return rounds;
}

void add_conclusion(const Task& task, const Recommendation& answer,
                    const std::optional<DecodeSpeeds>& speeds, json& made) {
  const Conclusion& conclusion = *answer.conclusion;
  made["verdict"] = name_of(conclusion.kind);
  made["sentence"] = conclusion.sentence;
  if (conclusion.chunks_needed) {
    made["chunks_needed"] = *conclusion.chunks_needed;
  }
  for (size_t i = 0; i < answer.finalists.size(); ++i) {
    made["finalists"].push_back(finalist_of(answer, i, speeds));
  }
  if (conclusion.kind != Conclusion::Kind::kNone) {
    const Contender& chosen = answer.contenders[conclusion.chosen];
    made["recommended"] = {{"policy", chosen.choice.text},
                           {"state_size", state_size_of(chosen)},
                           {"command", generate_command(task, chosen)}};
  }
}

}  // namespace

json answer_json(const Task& task, const Constraint& constraint,
                 const Recommendation& recommendation, const Schedule& schedule,
                 const std::optional<DecodeSpeeds>& speeds, double minutes) {
  json made = head_of(task, constraint);
  made["verdict"] = name_of(Conclusion::Kind::kNone);
  made["sentence"] = "no finalist has a result";
  made["recommended"] = nullptr;
  made["chunks_needed"] = nullptr;
  made["finalists"] = json::array();
  if (recommendation.conclusion) {
    add_conclusion(task, recommendation, speeds, made);
  }
  made["full"] = {{"peak_bytes", recommendation.full.peak_bytes},
                  {"nll", mean_of(recommendation.full.losses).value},
                  {"decode_tokens_per_second", speeds ? json(speeds->full) : json()}};
  made["noise"] = speeds ? json(speeds->noise) : json::array();
  made["left_out"] = json::array();
  for (const LeftOut& one : recommendation.fallen) {
    made["left_out"].push_back({{"policy", one.policy}, {"reason", one.reason}});
  }
  made["rounds"] = rounds_of(recommendation);
  made["confirming_chunks"] = schedule.confirming.count;
  made["minutes"] = minutes;
  made["sweep_file"] = sweep_file(task, kFinalStage).string();
  return made;
}

json full_cache_json(const Task& task, const Constraint& constraint, int64_t full_bytes) {
  json made = head_of(task, constraint);
  made["verdict"] = "full_cache";
  made["sentence"] = "the full cache keeps to the limit: no policy is needed";
  made["recommended"] = nullptr;
  made["full"] = {{"peak_bytes", full_bytes}};
  return made;
}

}  // namespace multistate::recommend
