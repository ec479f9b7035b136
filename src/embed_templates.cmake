# Writes OUTPUT (a .cpp): the files of FOLDER as the constants that multistate/cli/new_policy_templates.h declares.
# -DFOLDER= -DOUTPUT= -P embed_templates.cmake

cmake_minimum_required(VERSION 3.25)
set(content "#include \"multistate/cli/new_policy_templates.h\"

namespace multistate {

const std::vector<Template>& new_policy_templates() {
  static const std::vector<Template> templates = {
")
file(GLOB files ${FOLDER}/*)
list(SORT files)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  string(APPEND content "      {\"${name}\", R\"_template_(${text})_template_\"},\n")
endforeach()
string(APPEND content "  };
  return templates;
}

}  // namespace multistate
")
file(WRITE ${OUTPUT} "${content}")
