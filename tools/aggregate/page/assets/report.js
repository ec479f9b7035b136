// The report as the sections of the page need it.

class Report {
  constructor({report, common, looks}) {
    this.json = report;
    this.looks = looks;
    this.cells = report.cells.map((cell, place) => ({
      ...cell,
      parameters: {...common, ...cell.parameters},
      place,
      size: cell.parameters.state_size ?? common.state_size ?? null,
      sweepName: report.sweeps[cell.sweep]?.name ?? "",
    }));
    this.byId = new Map();
    for (const cell of this.cells) {
      if (!this.byId.has(cell.id)) {
        this.byId.set(cell.id, cell);
      }
    }
    this.metrics = new Map(report.metrics.map((metric) => [metric.name, metric]));
    this.series = new Map(report.series.map((series) => [series.name, series]));
    this.groups = report.groups.map((group) => this.group(group));
  }

  group(json) {
    const find = (ids) => ids.map((id) => this.byId.get(id)).filter(Boolean);
    return {
      json,
      title: this.difference(json.key),
      cells: find(json.cells),
      topline: this.byId.get(json.topline) ?? null,
      fronts: {
        tokens_per_s: find(json.pareto.quality_speed),
        state_bytes: find(json.pareto.quality_memory),
      },
    };
  }

  // "context_length=512, path=a.gguf": the members in which a group differs from others.
  difference(key) {
    return Object.entries(key)
      .filter(([name, value]) => this.json.groups.some(
        (other) => plain(other.key[name]) !== plain(value)))
      .map(([name, value]) => `${name.slice(name.lastIndexOf(".") + 1)}=${plain(value)}`)
      .join(", ");
  }

  headline() {
    const chosen = this.json.metrics.filter((metric) => metric.headline);
    return (chosen.length > 0 ? chosen : this.json.metrics).map((metric) => metric.name);
  }

  axis(metric) {
    const unit = this.metrics.get(metric)?.unit;
    return unit ? `${metric} (${unit})` : metric;
  }

  // Names of the series of cells, of those whose places have labels or of the others.
  seriesNames(cells, labelled) {
    return [...new Set(cells.flatMap((cell) => Object.keys(cell.series)))]
      .filter((name) => (this.series.get(name)?.labelled ?? false) === labelled).sort();
  }

  seriesAxis(name) {
    const unit = this.series.get(name)?.unit;
    return unit ? `${name} (${unit})` : name;
  }

  count(state) {
    return this.json.sweeps.reduce((sum, sweep) => sum + sweep[state], 0);
  }

  isComplete() {
    return this.count("done") + this.count("failed") >= this.count("planned");
  }

  toplineLabel(group) {
    return group.topline?.label ?? null;
  }
}

// The points of a cell's series: {first_place, end_place, value, stderr, label}.
function seriesOf(cell, name) {
  return (cell.series[name] ?? []).map(([first_place, end_place, value, stderr, label]) =>
    ({first_place, end_place, value, stderr, label}));
}

// z of a 95 % interval, for values that come with a standard error only.
const NORMAL_QUANTILE = 1.959964;

function rangeOf(entry) {
  const value = numeric(entry.value);
  const low = numeric(entry.low);
  const high = numeric(entry.high);
  const error = numeric(entry.stderr);
  if (Number.isNaN(low) && Number.isNaN(high) && !Number.isNaN(error)) {
    return {value, low: value - NORMAL_QUANTILE * error, high: value + NORMAL_QUANTILE * error};
  }
  return {value, low, high};
}

// Several seeds as one: their mean, from the least to the greatest.
function overSeeds(ranges) {
  if (ranges.length === 1) {
    return ranges[0];
  }
  const values = ranges.map((range) => range.value);
  return {
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: Math.min(...values),
    high: Math.max(...values),
  };
}

// Cells of the same policy and state size, which differ in their seed only, by label, then size.
function bySeedlessPlace(cells) {
  const places = new Map();
  for (const cell of cells) {
    const key = JSON.stringify([cell.label, cell.size]);
    if (!places.has(key)) {
      places.set(key, {label: cell.label, size: cell.size, cells: []});
    }
    places.get(key).cells.push(cell);
  }
  return [...places.values()].sort((a, b) =>
    a.label < b.label ? -1 : a.label > b.label ? 1 : (a.size ?? -1) - (b.size ?? -1));
}

// Points of a metric: {label, size, seeds, value, low, high}; only finite values.
function pointsOf(group, metric) {
  const points = [];
  for (const place of bySeedlessPlace(group.cells)) {
    const entries = place.cells.map((cell) => cell.metrics[metric]).filter(Boolean);
    if (entries.length === 0) {
      continue;
    }
    const range = overSeeds(entries.map(rangeOf));
    if (Number.isFinite(range.value)) {
      points.push({label: place.label, size: place.size, seeds: entries.length, ...range});
    }
  }
  return points;
}
