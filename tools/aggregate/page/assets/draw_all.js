// Under Node.js: draws charts as SVG and prints [{"svg"} or {"error"}, ...].

// The width of a text in a sans-serif font; Vega would take 0.8 of its size for every character.
function textWidth(item, text) {
  const shares = [...String(text)].map((character) => /[ijl.,:;|'!()[\]]/.test(character) ? 0.32
    : /[mwMW@%]/.test(character) ? 0.9 : /[A-Z]/.test(character) ? 0.68 : 0.58);
  return (item.fontSize ?? 11) * shares.reduce((sum, share) => sum + share, 0);
}

function drawAll(specs) {
  const vega = loadVega();
  vega.textMetrics.width = textWidth;
  const draw = async (spec) => {
    try {
      const view = new vega.View(vega.parse(spec, null, {ast: true}),
        {renderer: "none", expr: vega.interpreter, loader: NO_LOADER});
      const svg = await view.toSVG();
      view.finalize();
      return {svg};
    } catch (error) {
      return {error: String(error.stack ?? error)};
    }
  };
  Promise.all(specs.map(draw)).then((drawn) => {
    process.stdout.write(JSON.stringify(drawn));
  });
}
