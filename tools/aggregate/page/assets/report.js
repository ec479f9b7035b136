// The report as sections and charts need it. `common`: parameters that all cells share, where cells
// are without them (page.cpp).

class Report {
  constructor(json, common = {}) {
    this.json = json;
    this.cells = json.cells.map((cell, place) => {
      const parameters = {...common, ...cell.parameters};
      const size = parameters.state_size;
      return {...cell, parameters, place, size: typeof size === "number" ? size : null,
        sweepName: json.sweeps[cell.sweep]?.name ?? ""};
    });
    // A run that failed does not say its policy's role.
    const done = (cell) => cell.state === "done";
    this.looks = looksOf(new Map(this.cells.slice().sort((a, b) => done(a) - done(b))
      .map((cell) => [cell.label, cell])));
    this.byId = new Map();
    for (const cell of this.cells) {
      if (!this.byId.has(cell.id)) {
        this.byId.set(cell.id, cell);
      }
    }
    this.metrics = new Map(json.metrics.map((metric) => [metric.name, metric]));
    const titles = groupTitles(json.groups.map((group) => group.key));
    this.groups = json.groups.map((group, place) => ({
      json: group,
      title: titles[place],
      cells: this.found(group.cells),
      baseline: this.byId.get(group.baseline) ?? null,
    }));
  }

  // Cells by their ids, in the order of the plan.
  found(ids) {
    return ids.map((id) => this.byId.get(id)).filter(Boolean).sort((a, b) => a.place - b.place);
  }

  done() {
    return this.cells.filter((cell) => cell.state === "done" && this.byId.get(cell.id) === cell);
  }

  name(label) {
    return this.looks.get(label)?.name ?? label;
  }

  headline() {
    const chosen = this.json.metrics.filter((metric) => metric.headline);
    return (chosen.length > 0 ? chosen : this.json.metrics).map((metric) => metric.name);
  }

  // Names of all metrics, headline metrics first.
  metricNames() {
    return [...this.metrics.values()].sort((a, b) => b.headline - a.headline).map(({name}) => name);
  }

  axis(metric) {
    return withUnit(metric, this.metrics.get(metric)?.unit);
  }

  count(state) {
    return this.json.sweeps.reduce((sum, sweep) => sum + sweep[state], 0);
  }
}

// "context_length=512": the members of its key in which a group differs from others.
function groupTitles(keys) {
  const text = (key, name) => JSON.stringify(key[name] ?? null);
  const taken = new Set();
  return keys.map((key, place) => {
    const title = Object.keys(key).sort()
      .filter((name) => keys.some((other) => text(other, name) !== text(key, name)))
      .map((name) => `${plain(lastPart(name))}=${plain(key[name])}`).join(", ");
    const unique = keys.length > 1 && taken.has(title) ? `${title} (group ${place + 1})` : title;
    taken.add(title);
    return unique;
  });
}
