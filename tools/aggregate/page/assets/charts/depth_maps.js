// Metrics over a length and a depth: two numeric parameters with names that end so.

function parameterEnding(report, ending) {
  return report.json.parameters.find((key) => key.endsWith(ending) &&
    report.done().some((cell) => typeof cell.parameters[key] === "number"));
}

// What cells of one map share: all that varies, but for length, depth, policy, size and seed.
function settingOf(report, cell, own) {
  return report.json.parameters.filter((key) => !own.includes(key) && !key.startsWith("policy."))
    .map((key) => `${plain(lastPart(key))}=${plain(cell.parameters[key])}`).join(", ");
}

function depthMap(report, cells, metric, length, depth) {
  const [x, y] = [length, depth].map((key) =>
    ({title: plain(key), ticks: placesIn(cells.map((cell) => cell.parameters), key)}));
  const labels = [...new Set(cells.map((cell) => report.name(cell.label)))].sort();
  const valueAt = (label, column, row) => valueOf(cells.filter((cell) =>
    report.name(cell.label) === label && cell.parameters[length] === column &&
    cell.parameters[depth] === row).map((cell) => cell.metrics[metric]))?.y ?? null;
  return {x, y, value: report.axis(metric), panels: labels.map((label) => ({label,
    rows: y.ticks.map((row) => x.ticks.map((column) => valueAt(label, column, row)))}))};
}

function depthMaps(report) {
  const [length, depth] = ["length", "depth"].map((ending) => parameterEnding(report, ending));
  if (!length || !depth) {
    return [];
  }
  const own = [length, depth, "state_size", "state_fraction", "seed"];
  return report.metricNames().flatMap((metric) => {
    const settings = new Map();
    for (const cell of report.done()) {
      if (typeof cell.parameters[length] === "number" && cell.metrics[metric] &&
          typeof cell.parameters[depth] === "number") {
        const label = settingOf(report, cell, own);
        const place = JSON.stringify([label, cell.size]);
        const setting = settings.get(place) ?? {label, key: cell.size, cells: []};
        setting.cells.push(cell);
        settings.set(place, setting);
      }
    }
    return sortedBy(settings).flatMap(({label, key, cells}) => {
      const chart = chartOf("depth", [metric, `by-length-and-depth-state-${sizeText(key)}`, label],
        "Quality by length and depth");
      chart.note = `Cache size ${sizeText(key)}.`;
      Object.assign(chart.choices, {metric, "cache size": sizeText(key)},
        label === "" ? {} : {setting: label});
      return drawMaps(report, depthMap(report, cells, metric, length, depth), chart);
    });
  });
}
