#include "multistate/sweep/slurm_options.h"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr std::string_view kPrefix = "slurm.";
constexpr const char* kAdditional = "additional_parameters";
constexpr int64_t kMostTasks = 1'000'000;
constexpr int64_t kSecondsOfMinute = 60;

/// Set by every script, or by the keys of SlurmOptions.
constexpr std::array kOwnOptions = {
    "array",   "chdir",      "dependency", "error", "job-name", "open-mode", "output", "parsable",
    "requeue", "no-requeue", "signal",     "wait",  "wrap",     "ntasks",    "nodes",  "test-only"};

std::string with_hyphens(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string key_of(std::string_view name) {
  return std::string(kPrefix) + std::string(name);
}

/// What a line of #SBATCH can hold without quotes.
bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("\"'\\#").find(c) == std::string_view::npos;
  });
}

void require_plain(const Node& node, const std::string& key, const std::string& text) {
  if (text.empty() || !is_plain(text)) {
    throw node.expected("text without blanks, quotes, backslashes and #", key);
  }
}

/// Seconds of a time as sbatch reads it: minutes, minutes:seconds, hours:minutes:seconds,
/// days-hours, days-hours:minutes or days-hours:minutes:seconds. nullopt for anything else.
std::optional<int64_t> seconds_of(const std::string& text) {
  static const std::regex form(R"((?:(\d{1,5})-)?(\d{1,6})(?::(\d{1,2}))?(?::(\d{1,2}))?)");
  std::smatch match;
  if (!std::regex_match(text, match, form)) {
    return std::nullopt;
  }
  const auto number = [&](size_t i) {
    return match[i].matched ? std::stoll(match[i].str()) : int64_t{0};
  };
  const bool has_days = match[1].matched;
  const int64_t parts = 1 + match[3].matched + match[4].matched;
  if (has_days || parts == 3) {
    return ((number(1) * 24 + number(2)) * 60 + number(3)) * 60 + number(4);
  }
  return number(2) * kSecondsOfMinute + number(3);
}

void check_time(const Node& node, const SlurmOptions& options) {
  const auto seconds = seconds_of(options.time);
  if (!seconds) {
    throw node.expected(
        "minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes or "
        "days-hours:minutes:seconds",
        key_of("time"));
  }
  // Slurm may send the signal up to a minute early.
  if (*seconds <= options.signal_delay_s + kSecondsOfMinute) {
    throw node.error(fmt::format(
        "slurm.time: {} is {} seconds; a task is told to stop signal_delay_s = {} seconds before "
        "its end, or up to a minute earlier, so that no time to work would be left",
        options.time, *seconds, options.signal_delay_s));
  }
}

void check_memory(const Node& node, const std::string& text) {
  static const std::regex form(R"(\d{1,12}[KMGTkmgt]?)");
  if (!std::regex_match(text, form)) {
    throw node.expected("a number with K, M, G or T behind it (megabytes without)", key_of("mem"));
  }
}

/// "gpu", "gpu:2", "gpu:a100:1"; several with commas between. One worker uses one device.
void check_gres(const Node& node, const std::string& text) {
  static const std::regex one(R"([^,:]+(?::[^,:]+)?(?::\d+)?)");
  static const std::regex several_gpus(R"(gpu(?::[^,:]*[^,:\d][^,:]*)?:(\d+))");
  std::string_view rest = text;
  while (true) {
    const std::string item(rest.substr(0, rest.find(',')));
    if (!std::regex_match(item, one)) {
      throw node.expected("resources as NAME, NAME:COUNT or NAME:TYPE:COUNT, with commas between",
                          key_of("gres"));
    }
    std::smatch match;
    if (std::regex_match(item, match, several_gpus) && match[1].str() != "1") {
      throw node.error(
          fmt::format("slurm.gres: {}: a task is one worker, and a worker uses one device; ask for "
                      "gpu:1 and for more tasks (slurm.array_parallelism)",
                      item));
    }
    if (rest.find(',') == std::string_view::npos) {
      return;
    }
    rest.remove_prefix(rest.find(',') + 1);
  }
}

std::vector<std::string> own_keys() {
  SlurmOptions options;
  OptionLister lister;
  options.visit(lister);
  std::vector<std::string> keys;
  for (const OptionInfo& option : lister.options()) {
    keys.push_back(option.name);
  }
  return keys;
}

/// Throws ConfigError unless `key` of slurm.additional_parameters is an option of sbatch that
/// nothing else sets.
void check_additional(const std::string& key, const Node& value, const std::string& path) {
  static const std::regex form("[a-z][a-z0-9_-]*");
  if (!std::regex_match(key, form)) {
    throw value.error(path + ": expected a long option of sbatch, without the hyphens before it");
  }
  const std::string name = with_hyphens(key);
  for (const std::string& own : own_keys()) {
    if (with_hyphens(own) == name) {
      throw value.error(fmt::format("{}: has a key of its own, slurm.{}", path, own));
    }
  }
  if (std::find(kOwnOptions.begin(), kOwnOptions.end(), name) != kOwnOptions.end()) {
    throw value.error(fmt::format("{}: multistate sets this option itself", path));
  }
}

void read_additional(const Node& node, SlurmOptions& options) {
  if (node.kind() == Node::Kind::kNull) {
    return;
  }
  const std::string all = key_of(kAdditional);
  if (node.kind() != Node::Kind::kMap) {
    throw node.expected("a map of long options of sbatch to their values", all);
  }
  for (const auto& [key, value] : node.entries()) {
    const std::string path = fmt::format("{}.{}", all, key);
    check_additional(key, value, path);
    const auto flag = value.boolean();
    if (flag && !*flag) {
      throw value.error(path + ": false is no value of an option; leave the key out");
    }
    const std::string text = flag ? "" : value.as_string(path);
    if (!flag) {
      require_plain(value, path, text);
    }
    options.additional_parameters.emplace_back(with_hyphens(key), text);
  }
}

}  // namespace

void SlurmOptions::visit(OptionVisitor& v) {
  v("partition", partition, "where the jobs run; several with commas between");
  v("account", account, "who is charged");
  v("qos", qos, "quality of service");
  v("constraint", constraint, "features that a node has to have");
  v("gres", gres, "generic resources of a task: gpu:1");
  v("time", time, "time limit of a task; it is requeued when it ends with work left");
  v("mem", mem, "memory of a task: 8G");
  v("cpus_per_task", cpus_per_task, {1, kMostTasks}, "cores of a task, which runs as many samples");
  v("array_parallelism", array_parallelism, {1, kMostTasks}, "tasks that run at once");
  v("tasks", tasks, {1, kMostTasks},
    "tasks of the job array; more than run at once where tasks cannot be requeued");
  v("signal_delay_s", signal_delay_s, {1, 65'535},
    "seconds before its time limit at which a task is told to stop");
  v("max_num_timeout", max_num_timeout, {0, kMostTasks},
    "how often a task is requeued at its time limit");
  v("setup", setup, "lines of the script before multistate starts: module load ...");
}

std::vector<std::pair<std::string, std::string>> SlurmOptions::sbatch_options() const {
  std::vector<std::pair<std::string, std::string>> all = {
      {"partition", partition}, {"account", account}, {"qos", qos}, {"constraint", constraint},
      {"gres", gres},           {"time", time},       {"mem", mem}};
  std::erase_if(all, [](const auto& option) { return option.second.empty(); });
  all.emplace_back("cpus-per-task", std::to_string(cpus_per_task));
  all.insert(all.end(), additional_parameters.begin(), additional_parameters.end());
  return all;
}

SlurmOptions read_slurm_options(const Node* node) {
  SlurmOptions options;
  OptionReader reader(node, std::string(kPrefix));
  options.visit(reader);
  if (node == nullptr || node->kind() == Node::Kind::kNull) {
    return options;
  }
  std::vector<std::string> known = reader.taken();
  known.emplace_back(kAdditional);
  reject_unknown(*node, known, kPrefix);
  for (const char* name : {"partition", "account", "qos", "constraint", "gres", "time", "mem"}) {
    if (const Node* member = node->member(name); member != nullptr) {
      require_plain(*member, key_of(name), member->text());
    }
  }
  if (const Node* time = node->member("time"); time != nullptr) {
    check_time(*time, options);
  }
  if (const Node* memory = node->member("mem"); memory != nullptr) {
    check_memory(*memory, options.mem);
  }
  if (const Node* gres = node->member("gres"); gres != nullptr) {
    check_gres(*gres, options.gres);
  }
  if (const Node* additional = node->member(kAdditional); additional != nullptr) {
    read_additional(*additional, options);
  }
  return options;
}

}  // namespace multistate
