#pragma once

#include <map>
#include <set>
#include <string>

namespace multistate::aggregate {

/// How a policy looks, in every figure.
struct Look {
  std::string color;  ///< "#0072B2".
  int marker = 0;     ///< One of kMarkers.
  int dash = 0;       ///< 0 solid, then one of four patterns.
};

constexpr int kMarkers = 8;

/// Looks by label, in the order of labels; no two labels of a palette look the same. The first ten
/// have a colour of their own: those of Okabe and Ito ("Color Universal Design", 2008) without
/// black and yellow, then four of Tol's ("Colour schemes", 2021, section 2, qualitative). Further
/// ones differ by dash and marker. What is `topline` is grey: it is the line that all others are
/// compared to.
class Palette {
 public:
  Palette() = default;
  Palette(const std::set<std::string>& labels, const std::set<std::string>& toplines);

  /// Throws std::out_of_range for a label that is not in the palette.
  const Look& at(const std::string& label) const { return looks_.at(label); }
  const std::map<std::string, Look>& looks() const { return looks_; }

 private:
  std::map<std::string, Look> looks_;
};

}  // namespace multistate::aggregate
