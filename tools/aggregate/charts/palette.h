#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace multistate::aggregate {

/// How a policy looks in every chart: a line of `color` and `dash` with markers.
struct Look {
  std::string color;      ///< "#0072B2".
  std::string shape;      ///< A symbol of Vega: a name, or a path within [-1, 1].
  bool filled = true;     ///< The marker; else its outline alone.
  std::vector<int> dash;  ///< Lengths of strokes and gaps; empty: a solid line.
  std::string name;       ///< What the policy is called: "H2O", "StreamingLLM sinks=4".
};

/// Looks by label. A policy has the same colour and name in every report; the labels of one policy
/// (other options) share its colour and differ in marker and dash. Policies that are not known here
/// take their colour from a hash of their name, and are called by it. No two labels of a palette
/// look the same or have the same name. Colours are those of Okabe and Ito ("Color Universal
/// Design", 2008) without black and yellow, then four more, each with a contrast of 2 or more to
/// the page in light and of 3 or more in dark; baselines and controls are grey.
class Palette {
 public:
  explicit Palette(const std::set<std::string>& labels);

  /// Throws std::out_of_range for a label that is not in the palette.
  const Look& at(const std::string& label) const { return looks_.at(label); }
  const std::map<std::string, Look>& looks() const { return looks_; }

 private:
  std::map<std::string, Look> looks_;
};

}  // namespace multistate::aggregate
