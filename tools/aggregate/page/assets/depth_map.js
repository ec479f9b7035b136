// A metric of one policy by length and depth, two parameters with names that end so: what retrieval
// is measured over. Such cells are in groups of their own, so all groups are looked at.

function parameterEnding(report, ending) {
  return report.json.parameters.find((name) => name.endsWith(ending) &&
    report.cells.some((cell) => typeof cell.parameters[name] === "number"));
}

// What cells must share to be in one map, but for these parameters and the policy.
function sameOf(report, cell, own) {
  return JSON.stringify(report.json.parameters
    .filter((name) => !own.includes(name) && !name.startsWith("policy."))
    .map((name) => cell.parameters[name] ?? null));
}

function depthPoints(cells, length, depth, metric) {
  const tiles = new Map();
  for (const cell of cells.filter((one) => metric in one.metrics)) {
    const key = JSON.stringify([cell.parameters[length], cell.parameters[depth]]);
    tiles.set(key, [...(tiles.get(key) ?? []), rangeOf(cell.metrics[metric])]);
  }
  return [...tiles].map(([key, ranges]) => {
    const [column, row] = JSON.parse(key);
    return {column, row, value: overSeeds(ranges).value};
  });
}

function depthMapChart(report) {
  const chart = new Chart("depth", "Quality by length and depth");
  const length = parameterEnding(report, "length");
  const depth = parameterEnding(report, "depth");
  const own = [length, depth, "state_size", "state_fraction", "seed"];
  chart.update = (group) => {
    const first = group.cells[0];
    chart.node.hidden = !length || !depth || !first;
    if (chart.node.hidden) {
      chart.empty("No cells vary in a length and a depth.");
      return;
    }
    const wanted = sameOf(report, first, own);
    const cells = report.groups.flatMap((one) => one.cells)
      .filter((cell) => sameOf(report, cell, own) === wanted);
    const metric = choices.oneOf("depth-metric", report.headline());
    const labels = [...new Set(cells.map((cell) => cell.label))].sort();
    const label = choices.oneOf("depth-policy", labels);
    const mine = cells.filter((cell) => cell.label === label);
    const sizes = [...new Set(mine.map((cell) => sizeText(cell.size)))];
    const size = choices.oneOf("depth-size", sizes);
    chart.controls.replaceChildren(...mapChoosers([
      {label: "metric", key: "depth-metric", values: report.headline(), chosen: metric},
      {label: "policy", key: "depth-policy", values: labels, chosen: label},
      {label: "state size", key: "depth-size", values: sizes, chosen: size},
    ], () => chart.update(group)));
    drawMap(chart, {column: length, row: depth, value: report.axis(metric)},
      depthPoints(mine.filter((cell) => sizeText(cell.size) === size), length, depth, metric),
      `${label}, state size ${size}.`);
  };
  return chart;
}
