# Writes OUTPUT (a .cpp): the text of INPUT as what the function FUNCTION, which HEADER declares, returns.
# -DINPUT= -DOUTPUT= -DFUNCTION= -DHEADER= -P embed_text.cmake

cmake_minimum_required(VERSION 3.25)
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace multistate {

std::string_view ${FUNCTION}() {
  return R\"_text_(${text})_text_\";
}

}  // namespace multistate
")
