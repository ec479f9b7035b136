#include "multistate/synthetic/words.h"

#include <array>

#include <fmt/format.h>

namespace multistate {
namespace {

constexpr std::array kAdjectives = {
    "amber",  "brave",  "calm",   "clever", "cold",   "crooked", "dusty",  "early",
    "faded",  "fierce", "gentle", "golden", "hollow", "honest",  "humble", "icy",
    "jolly",  "late",   "lonely", "loud",   "mild",   "narrow",  "pale",   "polite",
    "purple", "quiet",  "rusty",  "shy",    "silver", "slow",    "warm",   "wild"};

constexpr std::array kNouns = {
    "anchor", "barrel", "basket",  "bridge", "candle", "carpet",  "castle", "cellar",
    "engine", "falcon", "feather", "garden", "hammer", "harbor",  "island", "jacket",
    "kettle", "ladder", "lantern", "market", "mirror", "orchard", "pebble", "pillow",
    "ribbon", "saddle", "shovel",  "temple", "turtle", "violin",  "wagon",  "window"};

constexpr std::array kNoise = {"The rain fell on the roof of the mill all night.",
                               "In the morning the road was dry again.",
                               "A cart went by and nobody asked where it was going.",
                               "Two old men sat on a bench and talked about the weather.",
                               "The clock on the tower struck the hour, as it always did.",
                               "Further down the river a boat lay at its rope.",
                               "Smoke rose from the chimney of the bakery.",
                               "The dog at the gate slept in the sun.",
                               "Somebody had left a door open, and the wind moved it.",
                               "The fields on the other side were green at this time of the year.",
                               "A letter had come, but it was for the neighbours.",
                               "They walked slowly, since there was no reason to hurry.",
                               "Behind the school the children played with a ball.",
                               "It was warm for the season, and the evenings were long.",
                               "The shop had closed early because of the holiday.",
                               "From the hill one could see as far as the sea.",
                               "The soup was hot, and there was enough bread for all.",
                               "Leaves lay on the path and had to be swept away.",
                               "In the next room someone was learning to play the piano.",
                               "The train stopped at every station on the way.",
                               "Her brother had painted the fence white.",
                               "There was nothing in the newspaper that day.",
                               "A few birds had built their nests under the bridge.",
                               "When it grew dark the lamps were lit, one after the other."};

constexpr std::string_view kConsonants = "bdfgklmnprstvz";
constexpr std::string_view kVowels = "aeiou";

template <class Items>
const auto& one_of(const Items& items, Random& random) {
  return items[draw_below(items.size(), random)];
}

}  // namespace

size_t draw_below(size_t count, Random& random) {
  return static_cast<size_t>(random.uniform() * static_cast<double>(count));
}

std::span<const char* const> noise_sentences() {
  return kNoise;
}

std::string WordMaker::name() {
  constexpr size_t kPairs = kAdjectives.size() * kNouns.size();
  while (true) {
    std::string name = fmt::format("{} {}", one_of(kAdjectives, random_), one_of(kNouns, random_));
    // With half of the pairs taken, drawing on would take longer and longer.
    if (taken_.size() > kPairs / 2) {
      name = fmt::format("{} {}", one_of(kAdjectives, random_), name);
    }
    if (taken_.insert(name).second) {
      return name;
    }
  }
}

std::string WordMaker::word() {
  constexpr int kSyllables = 3;
  while (true) {
    std::string word;
    for (int i = 0; i < kSyllables; ++i) {
      word += one_of(kConsonants, random_);
      word += one_of(kVowels, random_);
    }
    if (taken_.insert(word).second) {
      return word;
    }
  }
}

std::string WordMaker::number() {
  constexpr size_t kLeast = 10000;
  constexpr size_t kNumbers = 90000;
  while (true) {
    std::string number = std::to_string(kLeast + draw_below(kNumbers, random_));
    if (taken_.insert(number).second) {
      return number;
    }
  }
}

}  // namespace multistate
