// The columns of the table of runs: {key, title, value(cell), show(cell), numeric}.

function columnsOf(report) {
  const parameters = report.json.parameters.filter((key) =>
    key !== "state_size" && !key.startsWith("policy."));
  const metrics = [...report.metrics.values()].sort((a, b) => b.headline - a.headline);
  return [
    {key: "label", title: "policy", value: (cell) => cell.label,
      show: (cell) => named(report, cell.label)},
    {key: "state_size", title: "cache size", numeric: true, value: (cell) => cell.size ?? Infinity,
      show: (cell) => sizeText(cell.size)},
    ...parameters.map((key) => ({key, title: key, value: (cell) => cell.parameters[key],
      show: (cell) => isAbsent(cell.parameters[key]) ? "" : plain(cell.parameters[key])})),
    ...metrics.map(({name}) => ({key: name, title: report.axis(name), numeric: true,
      value: (cell) => numeric(cell.metrics[name]?.value),
      show: (cell) => withError(cell.metrics[name]?.value, cell.metrics[name]?.stderr)})),
    {key: "tokens_per_s", title: "tokens/s", numeric: true,
      value: (cell) => numeric(cell.measures.tokens_per_s),
      show: (cell) => short(cell.measures.tokens_per_s)},
    {key: "state_bytes", title: "KV cache", numeric: true,
      value: (cell) => numeric(cell.measures.state_bytes),
      show: (cell) => bytes(cell.measures.state_bytes)},
    {key: "state", title: "", value: (cell) => cell.state,
      show: (cell) => element("span", {class: `mark ${cell.state}`},
        cell.state + (cell.limited ? " (limited)" : ""))},
  ];
}

// What has no value comes last, in either direction; equal ones keep the order of the plan.
function sorted(cells, column, descending) {
  if (!column) {
    return cells;
  }
  const absent = (value) => isAbsent(value) || Number.isNaN(value);
  const sign = descending ? -1 : 1;
  const keyed = cells.map((cell) => [column.value(cell), cell]);
  keyed.sort(([a, x], [b, y]) => {
    if (absent(a) || absent(b)) {
      return absent(a) - absent(b) || x.place - y.place;
    }
    if (typeof a !== typeof b) {
      [a, b] = [plain(a), plain(b)];
    }
    return sign * (a < b ? -1 : a > b ? 1 : 0) || x.place - y.place;
  });
  return keyed.map(([, cell]) => cell);
}
