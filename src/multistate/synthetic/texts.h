#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// The words that a task is put in. {key}, {value} and {count} stand for what a sample brings.
struct TaskTexts {
  std::string instruction;  ///< Before the haystack.
  std::string statement;    ///< Says the value of a key.
  std::string question;
  std::string answer;        ///< How the answer is made to begin.
  std::string announcement;  ///< Before the instruction where questions are seen; {question}.
};

using Fields = std::map<std::string, std::string>;

/// `text` with the value of a field for every {name} in it; "{{" and "}}" are braces. Throws
/// InputError for a name that is no field, and for a brace that stands alone.
std::string fill_in(std::string_view text, const Fields& fields);

/// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& items);

}  // namespace multistate
