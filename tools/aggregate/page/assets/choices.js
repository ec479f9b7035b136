// What the reader has chosen (filters, order, metrics, what is open) is kept behind the # of the
// page's address: it survives that the page loads itself again, and a link carries it.

const choices = {
  values: new URLSearchParams(location.hash.slice(1)),

  get(key, standard = "") {
    return this.values.get(key) ?? standard;
  },

  // `standard`: the value that need not be kept.
  set(key, value, standard = "") {
    if (String(value) === String(standard)) {
      this.values.delete(key);
    } else {
      this.values.set(key, value);
    }
    const hash = this.values.toString();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  },

  list(key) {
    return new Set(this.values.has(key) ? JSON.parse(this.values.get(key)) : []);
  },

  setList(key, set) {
    this.set(key, set.size === 0 ? "" : JSON.stringify([...set]));
  },

  // The value that was kept if it is one of `allowed`, else the first of these.
  oneOf(key, allowed) {
    const value = this.get(key, null);
    return allowed.includes(value) ? value : allowed[0];
  },
};
