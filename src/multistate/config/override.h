#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/config/node.h"

namespace multistate {

/// A change to a sweep file, given on the command line in the manner of Hydra.
struct Override {
  enum class Kind {
    kSet,     ///< key=value
    kDelete,  ///< ~key
  };

  Kind kind = Kind::kSet;
  std::string key;  ///< With dots: "policy.name".
  std::vector<Node>
      values;  ///< Scalars, null or lists; several are the values of an axis; none for kDelete.
  Mark mark;   ///< "command line: <argument>"
};

/// Reads one argument:
///
///     key=value   key=a,b,c   key=range(64,513,64)   key=[a,b]   ~key
///
/// `range(start,stop,step)` excludes `stop`, as in Python; start (0) and step (1) may be omitted;
/// a range of integers gives integers. Single or double quotes keep commas, brackets and blanks
/// together and turn their content into text; a backslash in them escapes a
/// quote or a backslash. Throws InputError that quotes the argument.
Override parse_override(std::string_view argument);

/// Applies an override to a sweep file.
///
/// A single value replaces that at the key and removes an axis `sweep.parameters.<key>`. Several
/// become that axis, in its place or at the end of `sweep.parameters`. kDelete removes the value
/// and the axis, with those of all keys below it. The key has to be at or below one of
/// `known_keys`; whether a policy or an experiment has it is checked with the file. Throws
/// InputError with the override's mark otherwise, and for a value that would replace a whole map.
void apply_override(Node& sweep_file, const Override& change,
                    std::span<const std::string> known_keys);

}  // namespace multistate
