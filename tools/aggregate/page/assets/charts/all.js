// All charts of groups of a report, in the order in which they are shown. Names are cut and cleaned,
// so two charts may have the same: the later ones get a number.

function makeCharts(report, groups = report.groups) {
  const charts = [bySize, tradeOffs, byPlace].flatMap((make) =>
    groups.flatMap((group) => make(report, group)))
    .concat(depthMaps(report), groups.flatMap((group) => ownMaps(report, group)));
  const taken = new Set();
  for (const chart of charts) {
    const wanted = chart.name;
    for (let number = 2; taken.has(chart.name); ++number) {
      chart.name = `${wanted}-${number}`;
    }
    taken.add(chart.name);
  }
  return charts;
}
