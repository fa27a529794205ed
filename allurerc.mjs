// Allure 3, for `tox -e allure -- reports/RUN`: the run's waivers as known issues, its verdicts as categories,
// and one history of all runs beside their folders. Plain data: nothing has to be installed for it to be read.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const run = process.env.CONFORMANCE_RUN ?? "reports";
const known = join(run, "allure-results", "known-issues.json");
const says = (words) => ({ message: new RegExp(`^(?:${words})`) });

export default {
  name: `conformance, ${basename(run)}`,
  output: join(run, "allure-report"),
  historyPath: join(dirname(run), "allure-history.jsonl"),
  historyLimit: 30,
  resolutions: {
    ...(existsSync(known) ? JSON.parse(readFileSync(known, "utf8")) : { rules: [] }),
    knownIssuesPath: join(run, "allure-issues.json"), // Allure writes it, by default into the working folder
  },
  categories: {
    rules: [
      { name: "Waived violations", matchers: says("waived"), groupBy: [{ label: "operation" }] },
      { name: "Provisional requirements", matchers: says("provisional"), groupBy: [{ label: "operation" }] },
      { name: "Violations", matchers: says("FAIL|DEVIATION"), groupBy: [{ label: "operation" }, { label: "requirement" }], expand: true },
      { name: "Could not be judged", matchers: says("CANNOT_JUDGE"), groupByMessage: true },
      { name: "Errors of the suite", matchers: says("HARNESS_ERROR"), groupByMessage: true },
      { name: "Not applicable to this target", matchers: says("NOT_APPLICABLE"), groupByMessage: true },
    ],
  },
  plugins: { awesome: { options: { reportName: "Conformance", groupBy: ["epic", "feature", "story"] } } },
};
