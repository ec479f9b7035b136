#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace multistate {

/// The first of the letters A to D that is a word of its own: what ZeroSCROLLS takes for the choice
/// in an answer to a question of QuALITY.
std::optional<char> choice_letter(std::string_view text);

/// 1 when both texts have a choice_letter and it is the same, otherwise 0.
double letter_accuracy(std::string_view prediction, std::string_view answer);

/// LongBench's score of a predicted class (trec). Of the classes whose names the prediction
/// contains, those whose names are part of the answer's name are removed; n of them remain:
/// 1 / n when the answer is among them, otherwise 0. The published code changes the list while it
/// iterates over it, so that it skips the class after a removed one, and so does this.
double classification_score(std::string_view prediction, std::string_view answer,
                            std::span<const std::string> classes);

}  // namespace multistate
