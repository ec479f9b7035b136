// Under Node.js: draws the charts of a report as SVG and prints
// {"count": of charts, "figures": [{"name", "spec", "svg" or "error"}, ...]}.

// The width of a text in a sans-serif font; Vega would take 0.8 of its size for every character.
function textWidth(item, text) {
  const shares = [...String(text)].map((character) => /[ijl.,:;|'!()[\]]/.test(character) ? 0.32
    : /[mwMW@%]/.test(character) ? 0.9 : /[A-Z]/.test(character) ? 0.68 : 0.58);
  return (item.fontSize ?? 11) * shares.reduce((sum, share) => sum + share, 0);
}

async function drawFigure(vega, name, spec) {
  try {
    const view = new vega.View(vega.parse(spec, null, {ast: true}),
      {renderer: "none", expr: vega.interpreter, loader: NO_LOADER});
    const svg = await view.toSVG();
    view.finalize();
    return {name, spec, svg};
  } catch (error) {
    return {name, spec, error: String(error.stack ?? error)};
  }
}

// The first `most` charts of the report in a file. Metrics that are no headline metrics are on the
// page only.
async function drawFigures(path, most) {
  const report = new Report(JSON.parse(require("fs").readFileSync(path, "utf8")));
  const charts = makeCharts(report).filter(({spec, choices}) => spec &&
    (report.metrics.get(choices.metric)?.headline ?? true));
  const vega = loadVega();
  vega.textMetrics.width = textWidth;
  const figures = [];
  for (const chart of charts.slice(0, most)) {
    figures.push(await drawFigure(vega, chart.name, figureSpec(chart, report.json.setup)));
  }
  process.stdout.write(JSON.stringify({count: charts.length, figures}));
}
