#pragma once

#include <string_view>

namespace multistate {

/// F-measures of two texts, as the Python package `rouge_score` 0.1.2 computes them without its
/// stemmer (Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", ACL 2004). Words are the
/// runs of a-z and 0-9 in the text in lower case; everything else separates them.
///
///     F = 2 P R / (P + R), 0 where P + R = 0
///
/// with P = common / words of the prediction and R = common / words of the reference. What is
/// common, by measure:
///
///     rouge1, rouge2   n-grams, each as often as in the text that has fewer of it
///     rougeL           a longest common subsequence of words
///     rougeLsum        texts are cut into sentences at line breaks; words of the union of longest
///                      common subsequences of a reference sentence with every predicted one, no
///                      word more often than both texts have it
struct Rouge {
  double rouge1 = 0.0;
  double rouge2 = 0.0;
  double rouge_l = 0.0;
  double rouge_l_sum = 0.0;
};

Rouge rouge(std::string_view prediction, std::string_view reference);

/// The F-measure that the Python package `rouge` 1.0.1 calls rouge-l, as LongBench takes it. Texts
/// are cut into sentences at full stops, and sentences into words at white space, as they stand: no
/// case is folded, no punctuation dropped; a sentence of white space alone is one empty word.
/// Everything is a set of words:
///
///     common = words of the longest common subsequences of every pair of sentences
///     P = common / words of the prediction, R = common / words of the reference
///     F = 2 P R / (P + R + 1e-8)
///
/// 0 when a text is empty or has full stops only, where the package raises an error and LongBench
/// counts 0. The package's recursion does not end in an error here, however long a sentence is.
double rouge_l_of_sets(std::string_view prediction, std::string_view reference);

}  // namespace multistate
