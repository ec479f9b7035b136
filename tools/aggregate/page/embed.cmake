# Writes the source file that holds the page's parts: cmake -DOUTPUT=assets.cpp -DASSETS=FOLDER
# -DCHARTS=a.js,b.js -DPAGE=... -DFIGURES=... -DVEGA=FOLDER -DVEGA_FILES=a.js,b.js -P embed.cmake
# The page runs CHARTS and PAGE, Node.js CHARTS and FIGURES.

cmake_minimum_required(VERSION 3.25)

string(REPLACE "," ";" VEGA_FILES "${VEGA_FILES}")

# Each module as a function, so that none sees more than it asks for; vega.js calls them. The name is
# that of its folder. Maps of sources are for who has them.
set(vega "const vegaModules = {};\n")
foreach(file IN LISTS VEGA_FILES)
  file(READ "${VEGA}/${file}" text)
  string(REGEX REPLACE "\n//# sourceMappingURL=[^\n]*" "" text "${text}")
  string(REGEX REPLACE "/.*" "" name "${file}")
  string(APPEND vega "vegaModules[\"${name}\"] = function (exports, module, require) {\n${text}\n};\n")
endforeach()

# The text of scripts, in their order.
function(read_scripts names text)
  set(all "")
  string(REPLACE "," ";" names "${names}")
  foreach(file IN LISTS names)
    file(READ "${ASSETS}/${file}" one)
    string(APPEND all "${one}\n")
  endforeach()
  set(${text} "${all}" PARENT_SCOPE)
endfunction()

read_scripts("${CHARTS},${PAGE}" script)
set(script "(() => {\n\"use strict\";\n${script}})();\n")  # One scope for all of them.
read_scripts("${CHARTS},${FIGURES}" drawer)

file(READ "${ASSETS}/page.html" html)
file(READ "${ASSETS}/page.css" style)

set(source "#include \"aggregate/page/assets.h\"\n\nnamespace multistate::aggregate {\nnamespace {\n\n")
foreach(part html style vega script drawer)
  # Text that ended the literal, or its element in the page, would be a mistake of the parts.
  if("${${part}}" MATCHES "\\)multistate\"")
    message(FATAL_ERROR "${part} holds what ends a literal in ${OUTPUT}")
  endif()
  if(NOT part STREQUAL "html" AND "${${part}}" MATCHES "</(script|style)")
    message(FATAL_ERROR "${part} holds </script or </style, which ends its element in the page")
  endif()
  string(APPEND source "constexpr char k_${part}[] = R\"multistate(${${part}})multistate\";\n\n")
endforeach()
string(APPEND source "}  // namespace\n\nPageAssets page_assets() {\n"
  "  return {{k_html, sizeof(k_html) - 1}, {k_style, sizeof(k_style) - 1},\n"
  "          {k_vega, sizeof(k_vega) - 1}, {k_script, sizeof(k_script) - 1},\n"
  "          {k_drawer, sizeof(k_drawer) - 1}};\n}\n\n}  // namespace multistate::aggregate\n")
file(WRITE "${OUTPUT}" "${source}")
