#pragma once

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace multistate::test {

/// The answers to a question of a synthetic task, found in the text of the prompt as a person would
/// find them who knows the tasks' own texts and nothing of how samples are made.
class SecondReading {
 public:
  SecondReading(const std::string& task, const std::string& context, const std::string& question)
      : context_(context), question_(question) {
    if (task == "passkey") {
      read_passkey();
    } else if (task == "needle") {
      read_needles();
    } else if (task == "lookup") {
      read_line(R"re(\n([a-z]+): ([0-9]{5})(?=\n|$))re", R"re(code ([a-z]+)\?)re");
    } else if (task == "associative_recall") {
      read_line(R"re(\n([a-z]+) -> ([a-z]+)(?=\n|$))re", R"re(([a-z]+) ->$)re");
    } else if (task == "variables") {
      read_chain();
    } else if (task == "common_words" || task == "frequent_words") {
      read_counts();
    } else {
      throw std::invalid_argument("no reader for " + task);
    }
  }

  const std::set<std::string>& answers() const { return answers_; }

 private:
  using Matches = std::vector<std::smatch>;

  static Matches all(const std::string& text, const std::string& pattern) {
    const std::regex regex(pattern);
    return {std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()};
  }

  static std::string only(const std::string& text, const std::string& pattern) {
    const Matches found = all(text, pattern);
    return found.size() == 1 ? found.front()[1].str() : "(not one match of " + pattern + ")";
  }

  void read_passkey() {
    answers_ = {only(context_, R"re(The pass key is ([0-9]{5})\. Remember it\.)re")};
  }

  void read_needles() {
    std::map<std::string, std::set<std::string>> values;
    for (const auto& match :
         all(context_, R"re( (?:The|A) number of the ([a-z ]+) is ([0-9]{5})\.)re")) {
      values[match[1]].insert(match[2]);
    }
    std::string keys = only(question_, R"re((?:give for|number of) the ([a-z ,]+)\?)re");
    keys = std::regex_replace(keys, std::regex(" and |, "), "\n");
    std::istringstream lines(keys);
    for (std::string key; std::getline(lines, key);) {
      answers_.insert(values[key].begin(), values[key].end());
    }
  }

  void read_line(const std::string& record, const std::string& asked) {
    const std::string key = only(question_, asked);
    for (const auto& match : all(context_, record)) {
      if (match[1] == key) {
        answers_.insert(match[2]);
      }
    }
  }

  void read_chain() {
    std::set<std::string> same = {only(question_, R"re(stand for ([0-9]{5}),)re")};
    for (const auto& match : all(context_, R"re( Let ([a-z]+) be ([a-z0-9]+)\.)re")) {
      if (same.contains(match[2])) {
        same.insert(match[1]);
        answers_.insert(match[1]);
      }
    }
  }

  void read_counts() {
    std::map<std::string, int> counts;
    std::istringstream words(context_.substr(context_.find("List:") + 5));
    for (std::string word; words >> word;) {
      ++counts[word];
    }
    std::vector<std::pair<int, std::string>> order;
    for (const auto& [word, count] : counts) {
      order.emplace_back(count, word);
    }
    std::sort(order.rbegin(), order.rend());
    const auto wanted = std::stoul(only(question_, R"re(Which ([0-9]+) words)re"));
    if (order.size() <= wanted || order[wanted - 1].first == order[wanted].first) {
      return;  // There is no right answer.
    }
    for (size_t i = 0; i < wanted; ++i) {
      answers_.insert(order[i].second);
    }
  }

  std::string context_;
  std::string question_;
  std::set<std::string> answers_;
};

}  // namespace multistate::test
