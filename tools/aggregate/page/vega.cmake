# Where Vega is, and which of its modules the page needs: MULTISTATE_VEGA, MULTISTATE_VEGA_FILES.

set(MULTISTATE_VEGA "/usr/share/nodejs" CACHE PATH "Folder with the modules of Debian's package node-vega")

# Each is there with what it takes from D3 built in. Those for maps, forests, forces and clouds of
# words are left out: no chart of the page has any.
set(MULTISTATE_VEGA_FILES
  vega-util/build/vega-util.min.js
  vega-time/build/vega-time.min.js
  vega-format/build/vega-format.min.js
  vega-loader/build/vega-loader.min.js
  vega-statistics/build/vega-statistics.min.js
  vega-canvas/build/vega-canvas.min.js
  vega-dataflow/build/vega-dataflow.min.js
  vega-scale/build/vega-scale.min.js
  vega-scenegraph/build/vega-scenegraph.min.js
  vega-expression/build/vega-expression.min.js
  vega-interpreter/build/vega-interpreter.min.js
  vega-event-selector/build/vega-event-selector.min.js
  vega-selections/build/vega-selection.min.js
  vega-functions/build/vega-functions.min.js
  vega-runtime/build/vega-runtime.min.js
  vega-parser/build/vega-parser.min.js
  vega-view/build/vega-view.min.js
  vega-encode/build/vega-encode.min.js
  vega-transforms/build/vega-transforms.min.js
  vega-view-transforms/build/vega-view-transforms.min.js)

foreach(file IN LISTS MULTISTATE_VEGA_FILES)
  if(NOT EXISTS "${MULTISTATE_VEGA}/${file}")
    message(FATAL_ERROR "${MULTISTATE_VEGA}/${file} is not there. Install Debian's package node-vega "
      "(apt-get install node-vega), or name the folder that holds its modules: -DMULTISTATE_VEGA=FOLDER")
  endif()
endforeach()
