// The last nights of each requirement: height and colour say how bad, so that it reads without colour too.
const worse = (a, b) => (WORST.indexOf(a) <= WORST.indexOf(b) ? a : b);

function nightsOf(rows) {
  const merged = new Map();
  for (const row of rows) {
    const past = row.h || "";
    const entry = merged.get(row.r) || { requirement: row.requirement, past: ".".repeat(past.length) };
    entry.past = [...entry.past].map((code, night) => worse(code, past[night])).join("");
    merged.set(row.r, entry);
  }
  return [...merged.values()];
}

const troubled = (past) => /[FWDCH]/.test(past) || new Set(past.replaceAll(".", "")).size > 1;
const weight = (past) => [...past].reduce((sum, code, night) => sum + (code === "F" ? 1000 + night : "DW".includes(code) ? 10 : 0), 0)
  + (past.endsWith("F") ? 1e6 : 0);

function story(past) {
  const failed = [...past].filter((code) => code === "F").length;
  const flips = [...past.replaceAll(".", "")].filter((code, night, all) => night && (code === "F") !== (all[night - 1] === "F")).length;
  const now = past.at(-1);
  const parts = [`now ${nightWords(now).toLowerCase()}`];
  if (failed) parts.push(`violated on ${failed} of ${past.length}`);
  if (flips > 2) parts.push(`came and went ${Math.ceil(flips / 2)} times`);
  return parts.join(", ");
}

function heatRow({ requirement, past }) {
  const text = story(past);
  const strip = make("span", { class: "strip", role: "img", "aria-label": text });
  [...past].forEach((code, night) => {
    const kind = { ".": "none", W: "v-FAIL waived" }[code] || `v-${VERDICTS[code]}`;
    strip.append(make("i", { class: kind, title: `${data.nights[night].day}: ${nightWords(code)}` }));
  });
  return make("div", { class: "heat-row" },
    make("a", { class: "id", href: `#v=&q=${encodeURIComponent(requirement.id)}`, "data-q": requirement.id }, breakable(requirement.id)),
    strip, make("span", { class: "soft" }, text));
}

const heat = pager(byId("heat"), byId("heat-more"), 60, heatRow);

function drawHeat(rows) {
  if (data.nights.length < 2) return;
  const all = nightsOf(rows);
  const shown = byId("calm").checked ? all : all.filter(({ past }) => troubled(past));
  shown.sort((a, b) => weight(b.past) - weight(a.past) || (a.requirement.id < b.requirement.id ? -1 : 1));
  heat.show(shown);
  if (!shown.length) byId("heat").append(make("p", { class: "empty" }, "No requirement was ever red or changed in these nights."));
}
