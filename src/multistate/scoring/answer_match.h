#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// The words of an answer after SQuAD's normalisation (Rajpurkar et al., EMNLP 2016, and its
/// evaluation script): lower case; ASCII punctuation dropped; the words a, an and the dropped; cut
/// at white space.
std::vector<std::u32string> answer_words(std::string_view text);

/// F1 of the bags of answer_words, as SQuAD, SCROLLS and LongBench compute it:
///
///     2 P R / (P + R), P = common / words of the prediction, R = common / words of the answer
///
/// and 0 without common words, also for two empty texts.
double token_f1(std::string_view prediction, std::string_view answer);

/// 1 when the answer_words are the same in the same order, otherwise 0 (SQuAD).
double exact_match(std::string_view prediction, std::string_view answer);

/// 1 when `prediction` contains `answer`, both in lower case, otherwise 0 (RULER).
/// RULER turns control characters of the prediction into line breaks and drops white space at its
/// ends first.
double contains_answer(std::string_view prediction, std::string_view answer);

}  // namespace multistate
