#pragma once

#include <string>

#include "aggregate/tables/pivot.h"

namespace multistate::aggregate {

/// Sets the decimals of every column, the same for all columns of a metric: as many as give the
/// smallest standard error two digits (at most 4 where errors are not given: values get four
/// significant digits by their median); 0 to 6.
void set_decimals(Table& table);

/// A value with these decimals; "+" in front of a difference above 0; "nan", "inf", "-inf".
std::string number_text(double value, int decimals, bool is_difference);

}  // namespace multistate::aggregate
