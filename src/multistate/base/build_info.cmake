# Writes OUTPUT (a .cpp) with what is being built. Run at every build; the file changes only when its content does.
# -DSOURCE= -DOUTPUT= -DVERSION= -DBUILD_TYPE= -DCOMPILER=

execute_process(COMMAND git -C "${SOURCE}" rev-parse HEAD
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
set(dirty false)
if(NOT status EQUAL 0)
  set(commit "unknown")
else()
  execute_process(COMMAND git -C "${SOURCE}" status --porcelain --untracked-files=no
                  OUTPUT_VARIABLE changes ERROR_QUIET)
  # What is not tracked yet is built all the same: these folders are globbed.
  execute_process(COMMAND git -C "${SOURCE}" ls-files --others --exclude-standard -- src policies experiments
                  OUTPUT_VARIABLE untracked ERROR_QUIET)
  if(changes OR untracked)
    set(dirty true)
  endif()
endif()

set(content "#include \"multistate/base/build_info.h\"

namespace multistate {

const BuildInfo& build_info() {
  static const BuildInfo info = {\"${VERSION}\", \"${commit}\", ${dirty}, \"${BUILD_TYPE}\", \"${COMPILER}\"};
  return info;
}

}  // namespace multistate
")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" old)
endif()
if(NOT "${old}" STREQUAL "${content}")
  file(WRITE "${OUTPUT}" "${content}")
endif()
