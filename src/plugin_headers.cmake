# Writes OUTPUT (a header) with the version and a digest of the headers that a plug-in may include: a plug-in that was
# compiled with others is not loaded. Comments and blanks are left out; they make no other interface.
# -DSOURCE=<src> -DVERSION= -DOUTPUT= -P plugin_headers.cmake

cmake_minimum_required(VERSION 3.25)
set(all "")
foreach(folder base config policy)
  file(GLOB headers ${SOURCE}/multistate/${folder}/*.h)
  list(SORT headers)
  foreach(header IN LISTS headers)
    file(READ ${header} text)
    string(REGEX REPLACE "//[^\n]*" "" text "${text}")
    string(REGEX REPLACE "[ \n]+" " " text "${text}")
    string(APPEND all "${text}")
  endforeach()
endforeach()
string(SHA256 digest "${all}")
string(SUBSTRING ${digest} 0 16 digest)
file(WRITE ${OUTPUT} "#pragma once

#define MULTISTATE_VERSION \"${VERSION}\"
#define MULTISTATE_HEADERS \"${digest}\"
")
