// What the reader chose. It lives in the address, so that a link shows somebody else the same.
const violated = data.rows.some((row) => "FDWY".includes(row.kind));
const DEFAULT = violated ? "FDWY" : "";
const NOTHING = { q: "", op: "", theme: "", level: "", v: DEFAULT, at: "" };
const state = { ...NOTHING };

function readState() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  state.q = chosen.get("q") || "";
  state.op = chosen.get("op") || "";
  state.theme = chosen.get("theme") || "";
  state.level = chosen.get("level") || "";
  state.at = chosen.get("at") || "";
  const codes = (chosen.get("v") || "").split(".").map((name) => CODES[name] || "").join("");
  state.v = chosen.has("v") ? codes : DEFAULT;
}

function writeState(step) {
  const chosen = new URLSearchParams();
  if (state.q) chosen.set("q", state.q);
  if (state.op) chosen.set("op", state.op);
  if (state.theme) chosen.set("theme", state.theme);
  if (state.level) chosen.set("level", state.level);
  if (state.v !== DEFAULT) chosen.set("v", [...state.v].map((code) => data.kinds[code][0]).join("."));
  if (state.at) chosen.set("at", state.at);
  const hash = chosen.toString();
  const address = hash ? `#${hash}` : location.pathname + location.search;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

function haystack(row) {
  if (row.text === undefined) {
    const { requirement, operation } = row;
    const parts = [requirement.id, operation.id, operation.path, requirement.quote, requirement.expect];
    row.text = [...parts, row.e, row.a, row.n, row.w, row.f].join("\n").toLowerCase();
  }
  return row.text;
}

// Rows that search, operation, theme and level let through; the verdict toggles are for the list alone.
function matching() {
  const needles = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  return data.rows.filter((row) =>
    (!state.op || row.operation.id === state.op) &&
    (!state.theme || (row.requirement.theme || "other") === state.theme) &&
    (!state.level || row.requirement.level === state.level) &&
    needles.every((needle) => haystack(row).includes(needle)));
}
