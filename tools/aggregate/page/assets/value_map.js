// Values over two axes that cells bring with them ("kept_rows"), of one policy at one size.

function mapNames(cells) {
  return [...new Set(cells.flatMap((cell) => Object.keys(cell.maps)))].sort();
}

function mapPoints(map) {
  return map.y.ticks.flatMap((row, at) => map.x.ticks.map((column, place) =>
    ({column, row, value: numeric(map.values[at][place])})));
}

function valueMapChart(report) {
  const chart = new Chart("maps", "Maps");
  chart.update = (group) => {
    const names = mapNames(group.cells);
    chart.node.hidden = names.length === 0;
    if (names.length === 0) {
      chart.empty("No cell has a map.");
      return;
    }
    const name = choices.oneOf("map", names);
    const cells = group.cells.filter((cell) => name in cell.maps);
    const labels = [...new Set(cells.map((cell) => cell.label))].sort();
    const label = choices.oneOf("map-policy", labels);
    const mine = cells.filter((cell) => cell.label === label);
    const size = choices.oneOf("map-size", [...new Set(mine.map((cell) => sizeText(cell.size)))]);
    chart.controls.replaceChildren(...mapChoosers([
      {label: "map", key: "map", values: names, chosen: name},
      {label: "policy", key: "map-policy", values: labels, chosen: label},
      {label: "state size", key: "map-size",
        values: [...new Set(mine.map((cell) => sizeText(cell.size)))], chosen: size},
    ], () => chart.update(group)));
    // One seed is shown: a mean of maps would be none of them.
    const map = mine.find((cell) => sizeText(cell.size) === size).maps[name];
    const value = map.unit ? `${name} (${map.unit})` : name;
    drawMap(chart, {column: map.x.name, row: map.y.name, value}, mapPoints(map),
      `${label}, state size ${size}.`);
  };
  return chart;
}
