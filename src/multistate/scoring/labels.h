#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace multistate {

/// The first of the letters A to D that stands as a word of its own: what ZeroSCROLLS takes for the
/// choice of an answer to a question of QuALITY.
std::optional<char> choice_letter(std::string_view text);

/// 1 when both texts have a choice_letter and it is the same, otherwise 0.
double letter_accuracy(std::string_view prediction, std::string_view answer);

/// LongBench's score of a prediction by class (trec). Of the classes whose names stand in the
/// prediction, those are passed over whose names are part of the answer's own; n of them remain:
/// 1 / n when the answer is among them, otherwise 0. As published, the list is changed while it is
/// walked, so that the class after one that was passed over is not looked at.
double classification_score(std::string_view prediction, std::string_view answer,
                            std::span<const std::string> classes);

}  // namespace multistate
