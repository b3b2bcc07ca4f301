// Validates the OpenAPI documents named on the command line against the official
// meta-schema of their version, dialect included, prints one finding per line and
// exits 0 if the documents could be judged at all.
import { readFileSync } from "node:fs";
import { validate as validate30 } from "@hyperjump/json-schema/openapi-3-0";
import { validate as validate31 } from "@hyperjump/json-schema/openapi-3-1";
import { validate as validate32 } from "@hyperjump/json-schema/openapi-3-2";

const versions = {
  "3.0": [validate30, "https://spec.openapis.org/oas/3.0/schema"],
  "3.1": [validate31, "https://spec.openapis.org/oas/3.1/schema-base"],
  "3.2": [validate32, "https://spec.openapis.org/oas/3.2/schema-base"],
};

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  const document = JSON.parse(text);
  const version = /^3\.[012](?=\.\d+$)/.exec(document.openapi)?.[0];
  if (!version) {
    console.log(`#/openapi: ${JSON.stringify(document.openapi)} is no version that has a meta-schema here`);
    continue;
  }
  const [validate, schema] = versions[version];
  const output = await validate(schema, document, "BASIC");
  for (const error of output.valid ? [] : output.errors) {
    console.log(`${error.instanceLocation}: refused by ${error.absoluteKeywordLocation}`);
  }
}
