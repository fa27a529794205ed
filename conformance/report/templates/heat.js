// The last runs of each requirement: height and colour say how bad, so that it reads without colour too.
const historyOf = (rows) => rows.map((row) => ({ row, past: row.h || "" }));

const troubled = (past) => /[FWDCH]/.test(past) || new Set(past.replaceAll(".", "")).size > 1;
const weight = (past) => [...past].reduce((sum, code, run) => sum + (code === "F" ? 1000 + run : "DW".includes(code) ? 10 : 0), 0)
  + (past.endsWith("F") ? 1e6 : 0);

// How a violation went: a run that could not judge it neither ends nor begins it, and a waived one is one.
function spell(past) {
  const judged = [...past].map((code, run) => ({ run, bad: "FDW".includes(code), code })).filter(({ code }) => !".CHN".includes(code));
  const bad = judged.filter((one) => one.bad);
  const came = judged.filter((one, index) => one.bad && !(index && judged[index - 1].bad)).length;
  const went = judged.filter((one, index) => !one.bad && index && judged[index - 1].bad).length;
  const lastGood = judged.findLastIndex((one) => !one.bad);
  const open = Boolean(judged.length) && judged.at(-1).bad;
  return { runs: bad.length, waived: bad.filter(({ code }) => code === "W").length, came, went, since: open ? judged[lastGood + 1].run : -1 };
}

function course(past) {
  const { runs, waived, came, went } = spell(past);
  const parts = [`now ${stateWords(past.at(-1)).toLowerCase()}`];
  if (runs) parts.push(`violated in ${runs} of ${past.length} runs${waived ? `, waived in ${waived}` : ""}`);
  if (went) parts.push(`came ${times(came)} and went ${times(went)}`);
  return parts.join(", ");
}

const times = (number) => (number === 1 ? "once" : number === 2 ? "twice" : `${number} times`);

function sinceWhen(row) {
  const { since, runs, came, went } = spell(row.h || "");
  if (since < 0 || data.runs.length < 2) return null;
  const first = since === data.runs.length - 1 ? "New in this run" : `Violated since ${data.runs[since].day}`;
  const all = runs > 1 ? `; in ${runs} of the last ${data.runs.length} runs` : "";
  const flaky = went ? `. Flaky: it came ${times(came)} and went ${times(went)}` : "";
  return make("p", { class: "soft" }, `${first}${all}${flaky}.`);
}

function heatRow({ row, past }) {
  const text = course(past);
  const strip = make("span", { class: "strip", role: "img", "aria-label": text });
  [...past].forEach((code, run) => {
    const kind = { ".": "none", W: "v-FAIL waived" }[code] || `v-${VERDICTS[code]}`;
    strip.append(make("i", { class: kind, title: `${data.runs[run].day}: ${stateWords(code)}` }));
  });
  return make("div", { class: "heat-row" },
    make("span", {},
      make("a", { class: "id", href: `#at=${encodeURIComponent(row.key)}`, "data-at": row.key }, breakable(row.requirement.id)),
      make("span", { class: "op soft" }, row.operation.id)),
    strip, make("span", { class: "soft" }, text));
}

const heat = pager(byId("heat"), byId("heat-more"), 60, heatRow);

function drawHeat(rows) {
  if (data.runs.length < 2) return;
  const all = historyOf(rows);
  const shown = byId("calm").checked ? all : all.filter(({ past }) => troubled(past));
  shown.sort((a, b) => weight(b.past) - weight(a.past) || (a.row.key < b.row.key ? -1 : 1));
  heat.show(shown);
  if (!shown.length) byId("heat").append(make("p", { class: "empty" }, "No requirement was ever red or changed in these runs."));
}
