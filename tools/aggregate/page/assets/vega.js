// What the charts need of Vega. `vegaModules` holds the modules of Debian's package node-vega as
// functions, which embed.cmake has put before this script. The interpreter in place of generated
// code lets the page forbid eval.

function loadVega() {
  const loaded = {};
  const need = (name) => {
    if (!(name in loaded)) {
      const module = {exports: {}};
      loaded[name] = module.exports;
      vegaModules[name](module.exports, module, need);
    }
    return loaded[name];
  };
  const {transforms} = need("vega-dataflow");
  for (const name of ["vega-transforms", "vega-view-transforms", "vega-encode"]) {
    Object.assign(transforms, need(name));
  }
  return {
    parse: need("vega-parser").parse,
    View: need("vega-view").View,
    interpreter: need("vega-interpreter").expressionInterpreter,
    textMetrics: need("vega-scenegraph").textMetrics,
  };
}

// Nothing is ever loaded; images are in the charts.
const NO_LOADER = {
  load: () => Promise.reject(new Error("charts load nothing")),
  sanitize: (uri) => String(uri).startsWith("data:image/png;base64,")
    ? Promise.resolve({href: uri}) : Promise.reject(new Error("charts load nothing")),
};
