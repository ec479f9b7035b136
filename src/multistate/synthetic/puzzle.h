#pragma once

#include <string>
#include <vector>

namespace multistate {

/// What has to stand in the haystack, with the white space before it.
struct Statement {
  std::string text;
  double depth = 0.0;  ///< Share of the haystack that comes before it.
};

/// A question with what is right to answer. Texts without white space around them.
struct Asked {
  std::string question;
  std::string answer_start;  ///< Given to the model as the beginning of its answer.
  std::vector<std::string> answers;
};

/// One sample of a task, before it is brought to its length.
class Puzzle {
 public:
  virtual ~Puzzle() = default;

  /// At least one question, each with at least one answer.
  virtual std::vector<Asked> questions() const = 0;

  virtual std::vector<Statement> statements() const = 0;

  /// The next piece of haystack, with the white space before it.
  virtual std::string filler() = 0;

  /// Whether a piece of haystack may lose its beginning without saying something else.
  virtual bool may_be_cut() const = 0;

  /// Whether all pieces and statements are to be put in a random order.
  virtual bool is_shuffled() const { return false; }

  /// What is wrong when the haystack has become so short that the answers are not the right ones;
  /// or "".
  virtual std::string problem() const { return ""; }
};

}  // namespace multistate
