#pragma once

#include <string_view>

namespace multistate::aggregate {

/// The parts of the page, as embed.cmake has put them into the program. They live as long as it.
struct PageAssets {
  std::string_view html;  ///< With the places {{title}}, {{style}}, {{vega}}, {{script}}, {{data}}.
  std::string_view style;   ///< CSS.
  std::string_view vega;    ///< Modules of node-vega, as functions of the object vegaModules.
  std::string_view script;  ///< What runs after it.
  std::string_view drawer;  ///< Under Node.js after `vega`: drawFigures(report, most) prints SVGs.
};

PageAssets page_assets();

}  // namespace multistate::aggregate
