#pragma once

#include <string>
#include <vector>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// What a sample of the experiment `generation` made.
struct MadeText {
  std::string prompt;
  std::string text;
};

/// The texts of a cell that is done, by sample. Throws InputError, with file and line, for what is
/// no text.
std::vector<MadeText> read_made_texts(const Cell& cell);

}  // namespace multistate::aggregate
