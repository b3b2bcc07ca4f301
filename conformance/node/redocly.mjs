// Lints the OpenAPI documents named on the command line with Redocly, prints one
// finding per line and exits 0 if the documents could be judged at all.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = name => fileURLToPath(new URL(name, import.meta.url));

const run = spawnSync(process.execPath, [
  here("node_modules/@redocly/cli/bin/cli.js"), "lint", "--format=json", "--max-problems=1000",
  "--config=" + here("redocly.yaml"), ...process.argv.slice(2),
], { encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" } });

let result;
try {
  result = JSON.parse(run.stdout);
} catch {
  console.error(run.stdout + run.stderr);
  process.exit(2);
}
for (const p of result.problems) {
  if (p.severity === "error") console.log(`${p.location[0]?.pointer ?? "#/"}: ${p.message.replaceAll(/\s+/g, " ").trim()} (${p.ruleId})`);
}
