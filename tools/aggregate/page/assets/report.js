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
    this.groups = report.groups.map((json) => ({
      json,
      title: json.title,
      cells: json.cells.map((id) => this.byId.get(id)).filter(Boolean),
      baseline: this.byId.get(json.baseline) ?? null,
    }));
  }

  headline() {
    const chosen = this.json.metrics.filter((metric) => metric.headline);
    return (chosen.length > 0 ? chosen : this.json.metrics).map((metric) => metric.name);
  }

  axis(metric) {
    const unit = this.metrics.get(metric)?.unit;
    return unit ? `${metric} (${unit})` : metric;
  }

  count(state) {
    return this.json.sweeps.reduce((sum, sweep) => sum + sweep[state], 0);
  }
}
